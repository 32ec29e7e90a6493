import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './global.css';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { closeOneDialogAtATime } from './components/common/escape';

closeOneDialogAtATime();
const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
