// Makes media/tour.webp, the animation in README, of the frames that `npm test -- workbench-newest` leaves: node scripts/animation.mjs
// [--from FOLDER] [--out FILE]. It needs ffmpeg with libwebp.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    from: { type: 'string', default: join(root, 'screenshots/newest/tour') },
    out: { type: 'string', default: join(root, 'media/tour.webp') },
  },
});

const input = ['-f', 'concat', '-i', join(values.from, 'frames.txt')];
const output = [
  '-vsync',
  'vfr',
  '-vf',
  'scale=960:-1:flags=lanczos',
  '-c:v',
  'libwebp_anim',
  '-quality',
  '70',
  '-loop',
  '0',
];
const { status, error } = spawnSync('ffmpeg', ['-v', 'error', '-y', ...input, ...output, values.out], {
  stdio: 'inherit',
});
if (error !== undefined) console.error(`ffmpeg cannot be run: ${error.message}`);
process.exitCode = status ?? 1;
