import { lazy, Suspense, type ComponentType } from 'react';
import { createBrowserRouter, Navigate, useParams } from 'react-router';
import { Skeleton } from '../kit/states';
import { CrashPage, NotFoundPage } from './Crash';
import { SignedIn } from '../rooms/session/SignedIn';

/** A page whose code is loaded when it is first opened. */
function page<K extends string>(load: () => Promise<Record<K, ComponentType>>, name: K) {
  const Loaded = lazy(async (): Promise<{ default: ComponentType }> => ({ default: (await load())[name] }));
  return (
    <Suspense fallback={<Skeleton rows={10} />}>
      <Loaded />
    </Suspense>
  );
}

/** Short addresses of customers lead to the one renderer of records. */
function CustomerAlias() {
  const { uid } = useParams();
  return <Navigate replace to={uid ? `/records/party/${uid}` : '/records/party'} />;
}

const audiences = () => import('../rooms/audiences');
const campaigns = () => import('../rooms/campaigns');
const records = () => import('../rooms/records');
const loads = () => import('../rooms/loads');

export const router = createBrowserRouter([
  {
    path: '/',
    element: <SignedIn />,
    errorElement: <CrashPage />,
    children: [
      {
        errorElement: <CrashPage />,
        children: [
          { index: true, element: page(() => import('../rooms/home'), 'HomePage') },
          { path: 'home', element: <Navigate replace to="/" /> },
          { path: 'customers/:uid?', element: <CustomerAlias /> },
          { path: 'records/:object', element: page(records, 'RecordListPage') },
          { path: 'records/:object/new', element: page(records, 'RecordCreatePage') },
          { path: 'records/:object/:uid', element: page(records, 'RecordPage') },
          { path: 'records/:object/:uid/edit', element: page(records, 'RecordEditPage') },
          { path: 'records/:object/:uid/correct', element: page(records, 'CorrectionPage') },
          { path: 'audiences', element: page(audiences, 'AudienceListPage') },
          { path: 'audiences/new', element: page(audiences, 'AudienceBuilderPage') },
          { path: 'audiences/:uid', element: page(audiences, 'AudienceBuilderPage') },
          { path: 'campaigns', element: page(campaigns, 'CampaignListPage') },
          { path: 'campaigns/new', element: page(campaigns, 'CampaignEditPage') },
          { path: 'campaigns/:uid', element: page(campaigns, 'CampaignPage') },
          { path: 'campaigns/:uid/edit', element: page(campaigns, 'CampaignEditPage') },
          { path: 'campaigns/:uid/effect', element: page(campaigns, 'EffectPage') },
          { path: 'loads', element: page(loads, 'LoadListPage') },
          { path: 'loads/:uid', element: page(loads, 'LoadPage') },
          { path: 'night', element: page(loads, 'NightPage') },
          { path: 'jobs', element: page(() => import('../rooms/jobs'), 'JobsPage') },
          { path: 'users', element: page(() => import('../rooms/users'), 'UserListPage') },
          { path: 'work/:uid?', element: page(() => import('../rooms/work'), 'WorkPage') },
          { path: '*', element: <NotFoundPage /> },
        ],
      },
    ],
  },
]);
