import { createRoot } from 'react-dom/client';
import '../kit/css/tokens.css';
import '../kit/css/base.css';
import '../kit/css/shell.css';
import '../kit/css/table.css';
import '../kit/css/blocks.css';
import '../kit/css/rooms.css';
import { App } from './App';
import { startI18n } from '../kit/i18n';

const RELOADED = 'zhike.reloaded';

// After an update the code of a page not yet opened is gone with its build: load the new build, once.
window.addEventListener('vite:preloadError', (event) => {
  const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
  if (Date.now() - last < 60_000) return;
  sessionStorage.setItem(RELOADED, String(Date.now()));
  event.preventDefault();
  window.location.reload();
});

startI18n();
const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
