// Mantine's theme with what its defaults lack for WCAG AA: 4.5:1 for all text, light and dark.
import { type CSSVariablesResolver, createTheme } from '@mantine/core';
import { StayingButton } from './components/common/StayingButton';

export const theme = createTheme({
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 8 },
  defaultRadius: 'md',
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: { Button: { defaultProps: { component: StayingButton } } },
});

export const cssVariables: CSSVariablesResolver = (mantine) => ({
  variables: { '--row-height': '40px' },
  light: {
    '--mantine-color-dimmed': mantine.colors.gray[7],
    '--mantine-color-error': mantine.colors.red[8],
    '--state-busy': mantine.colors.indigo[8],
    '--state-good': mantine.colors.green[9],
    '--state-bad': mantine.colors.red[9],
  },
  dark: {
    '--mantine-color-dimmed': mantine.colors.dark[1],
    '--mantine-color-anchor': mantine.colors.indigo[3],
    '--mantine-color-error': mantine.colors.red[4],
    '--state-busy': mantine.colors.indigo[2],
    '--state-good': mantine.colors.green[4],
    '--state-bad': mantine.colors.red[4],
  },
});
