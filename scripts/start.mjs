// Builds the terminal's program, and runs it in the folder that npm was called in: node scripts/start.mjs [DIR] [FLAGS]
import { stop } from 'esbuild';

await import('./build.mjs');
// Or its process would be there as long as the server.
await stop();
// npm runs every script in the project's folder, and tells where it was called.
process.chdir(process.env.INIT_CWD ?? '.');
await import('../dist/cli.js');
