import '@fontsource-variable/inter/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/layout.css';
import './styles/rooms.css';
import './styles/chat.css';
import './styles/pages.css';
import './styles/analytics.css';
import './styles/notices.css';
import { render } from 'preact';
import { startAppState } from './app_state';
import { startLanguage } from './i18n';
import { startRouter } from './router';
import { startTheme } from './theme';
import { App } from './ui/app';

startTheme();
startLanguage();
startRouter();
startAppState();

const root = document.getElementById('app');
if (root !== null) render(<App />, root);
