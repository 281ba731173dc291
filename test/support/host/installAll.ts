// Installs what the suites need that run editors: both editors, and Chromium. What is there already is found at once.
import { findChromium } from './chromium';
import { Cleanup } from './cleanup';
import { installEditor } from './install';
import { versions } from './versions';

async function installAll(): Promise<void> {
  const cleanup = new Cleanup();
  cleanup.coverSignals();
  try {
    await findChromium();
    for (const version of Object.values(versions)) await installEditor(version, cleanup);
  } finally {
    await cleanup.run();
  }
}

installAll().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
