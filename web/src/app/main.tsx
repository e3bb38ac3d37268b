import { createRoot } from 'react-dom/client';
import '../kit/css/tokens.css';
import '../kit/css/base.css';
import '../kit/css/shell.css';
import '../kit/css/table.css';
import '../kit/css/blocks.css';
import '../kit/css/rooms.css';
import { App } from './App';
import { startI18n } from './i18n';

startI18n();
const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
