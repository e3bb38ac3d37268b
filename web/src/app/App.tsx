import { QueryClientProvider } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider } from 'antd';
import enUS from 'antd/es/locale/en_US';
import zhCN from 'antd/es/locale/zh_CN';
import { useMemo } from 'react';
import { RouterProvider } from 'react-router';
import { newQueryClient } from '../api/patience';
import { useIsPhone } from '../kit/hooks';
import { themeFor } from '../kit/theme';
import { CrashBoundary } from './Crash';
import { useLang } from '../kit/i18n';
import { router } from './routes';

const client = newQueryClient();

export function App() {
  const lang = useLang();
  const phone = useIsPhone();
  const theme = useMemo(() => themeFor(phone), [phone]);
  return (
    <ConfigProvider
      theme={theme}
      locale={lang === 'zh' ? zhCN : enUS}
      button={{ autoInsertSpace: false }}
      select={{ showSearch: { optionFilterProp: 'label' } }}
    >
      {/* Outside, so that a dialog asks the server, too. */}
      <QueryClientProvider client={client}>
        <CrashBoundary>
          <AntApp>
            <RouterProvider router={router} />
          </AntApp>
        </CrashBoundary>
      </QueryClientProvider>
    </ConfigProvider>
  );
}
