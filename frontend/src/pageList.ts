// All pages: their address, their place in the navigation, and the file each is loaded from.
import {
  IconArticle,
  IconBulb,
  IconChecklist,
  IconCoins,
  IconKey,
  IconPhoto,
  IconRoute,
  IconSettings,
  IconStack2,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';

export interface Page {
  path: string;
  label: string;
  icon: ComponentType<{ size?: number; stroke?: number }>;
  group: string;
  load: () => Promise<{ default: ComponentType }>;
}

export const PAGES: Page[] = [
  {
    path: 'keywords',
    label: 'Keywords',
    icon: IconKey,
    group: 'Planner',
    load: () => import('./pages/Planner/Keywords'),
  },
  {
    path: 'clusters',
    label: 'Clusters',
    icon: IconStack2,
    group: 'Planner',
    load: () => import('./pages/Planner/Clusters'),
  },
  {
    path: 'ideas',
    label: 'Ideas',
    icon: IconBulb,
    group: 'Planner',
    load: () => import('./pages/Planner/Ideas'),
  },
  {
    path: 'tasks',
    label: 'Tasks',
    icon: IconChecklist,
    group: 'Writer',
    load: () => import('./pages/Writer/Tasks'),
  },
  {
    path: 'content',
    label: 'Content',
    icon: IconArticle,
    group: 'Writer',
    load: () => import('./pages/Writer/Content'),
  },
  {
    path: 'images',
    label: 'Images',
    icon: IconPhoto,
    group: 'Writer',
    load: () => import('./pages/Writer/Images'),
  },
  {
    path: 'automation',
    label: 'Automation',
    icon: IconRoute,
    group: 'Run',
    load: () => import('./pages/Automation/AutomationWizard'),
  },
  {
    path: 'credits',
    label: 'Credits',
    icon: IconCoins,
    group: 'Account',
    load: () => import('./pages/Account/Credits'),
  },
  {
    path: 'settings',
    label: 'Settings',
    icon: IconSettings,
    group: 'Account',
    load: () => import('./pages/Account/Settings'),
  },
];
