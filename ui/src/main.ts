import { mount } from 'svelte';
import { asCoded, choosePlatform } from './platform/platform';
import './shared/styles/fonts.css';
import './shared/styles/tokens.css';
import './shared/styles/base.css';
import './shared/styles/bench.css';
import './shared/styles/stages.css';
import './shared/styles/bench-details.css';
import './shared/styles/desk.css';
import './shared/styles/rooms.css';
import './shared/styles/desk-details.css';
import { settings } from './shared/settings.svelte';
import { words } from './shared/words/words.svelte';
import App from './App.svelte';

settings.load();
const target = document.getElementById('app') ?? document.body;

choosePlatform()
  .then((platform) => mount(App, { target, props: { platform } }))
  .catch((thrown: unknown) => {
    const told = words.tell(asCoded(thrown));
    target.textContent = `${words.t('start-failed')}: ${told.head}. ${told.next ?? ''}`;
  });
