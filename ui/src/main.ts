import { mount } from 'svelte';
import { asCoded, choosePlatform } from './platform/platform';
import './shared/styles/fonts.css';
import './shared/styles/tokens.css';
import './shared/styles/base.css';
import './shared/styles/bench.css';
import './shared/styles/stages.css';
import './shared/styles/bench-details.css';
import './shared/styles/full.css';
import './shared/styles/desk.css';
import './shared/styles/rooms.css';
import './shared/styles/desk-details.css';
import './shared/styles/scanners.css';
import './shared/styles/judgement.css';
import './shared/styles/insights.css';
import CannotStart from './shared/parts/CannotStart.svelte';
import type { Coded } from './platform/types';
import { settings } from './shared/settings.svelte';
import App from './App.svelte';

settings.load();
const target = document.getElementById('app') ?? document.body;

/** The shell opens the page with `?failed=CODE&…` where no bench could be started. */
function failedStart(search: string): Coded | null {
  const { failed, ...args } = Object.fromEntries(new URLSearchParams(search));
  return failed === undefined ? null : { code: failed, args };
}

const cannotStart = (coded: Coded) => mount(CannotStart, { target, props: { coded } });
const failed = failedStart(location.search);
if (failed !== null) {
  cannotStart(failed);
} else {
  choosePlatform()
    .then((platform) => mount(App, { target, props: { platform } }))
    .catch((thrown: unknown) => cannotStart(asCoded(thrown)));
}
