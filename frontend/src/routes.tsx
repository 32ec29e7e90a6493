// Which address shows what. Every page is a file that is loaded when it is first opened.
import { Navigate, type RouteObject } from 'react-router';
import { PageFailed } from './components/layout/PageFailed';
import { SignedIn } from './components/layout/SignedIn';
import { PAGES, type Page } from './pageList';

/** Addresses without a place in the navigation: a row's own page, a run's own page. */
const DEEPER: { path: string; load: Page['load'] }[] = [
  { path: 'content/:id', load: () => import('./pages/Writer/Content') },
  { path: 'automation/:id', load: () => import('./pages/Automation/AutomationWizard') },
];

/** Until the first page is loaded; the window is blank for that moment. */
const Nothing = () => null;

const lazily = ({ path, load }: { path: string; load: Page['load'] }): RouteObject => ({
  path,
  lazy: async () => ({ Component: (await load()).default }),
});

export const routes: RouteObject[] = [
  {
    path: '/sign-in',
    lazy: async () => ({ Component: (await import('./pages/SignIn')).default }),
    HydrateFallback: Nothing,
  },
  {
    path: '/',
    Component: SignedIn,
    HydrateFallback: Nothing,
    children: [
      { index: true, element: <Navigate to="/keywords" replace /> },
      {
        ErrorBoundary: PageFailed,
        children: [
          ...[...PAGES, ...DEEPER].map(lazily),
          {
            path: '*',
            lazy: async () => ({ Component: (await import('./pages/NotFound')).default }),
          },
        ],
      },
    ],
  },
];
