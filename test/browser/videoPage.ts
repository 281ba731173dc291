/** What runs in the page of the video tests. */
export const videoPage = `<!doctype html>
<title>Video</title>
<video id="video" muted></video>
<script>
  const video = document.getElementById('video');

  /** Resolves to the duration in seconds. */
  function load(url) {
    return new Promise((resolve, reject) => {
      video.onloadedmetadata = () => resolve(video.duration);
      video.onerror = () => reject(new Error(video.error.message));
      video.src = url;
    });
  }

  /** Plays until that time, and resolves to the time it came to. */
  async function playTo(time) {
    await video.play();
    while (video.currentTime < time) await new Promise((resolve) => (video.ontimeupdate = resolve));
    video.pause();
    return video.currentTime;
  }

  /** Resolves when the frame of that second is shown: at the event seeked it is decoded, but may not be painted. */
  function shown(second) {
    return new Promise((resolve) => {
      const look = (now, { mediaTime }) =>
        Math.floor(mediaTime) === second ? resolve() : video.requestVideoFrameCallback(look);
      video.requestVideoFrameCallback(look);
    });
  }

  /** Resolves to how bright the frame at that time is. */
  async function shadeAt(time) {
    const painted = shown(Math.floor(time));
    video.currentTime = time;
    await painted;
    const context = document.createElement('canvas').getContext('2d');
    context.drawImage(video, 0, 0);
    return context.getImageData(10, 10, 1, 1).data[0];
  }

  /** Resolves to one key frame in VP8 for each shade, as arrays of octets. */
  async function encodeFrames(width, height, shades) {
    const frames = [];
    let failure;
    const encoder = new VideoEncoder({
      output: (chunk) => {
        const octets = new Uint8Array(chunk.byteLength);
        chunk.copyTo(octets);
        frames.push(Array.from(octets));
      },
      error: (error) => (failure = error),
    });
    encoder.configure({ codec: 'vp8', width, height, bitrate: 1_000_000 });
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d');
    shades.forEach((shade, second) => {
      context.fillStyle = 'rgb(' + [shade, shade, shade] + ')';
      context.fillRect(0, 0, width, height);
      const frame = new VideoFrame(canvas, { timestamp: second * 1_000_000 });
      encoder.encode(frame, { keyFrame: true });
      frame.close();
    });
    await encoder.flush();
    if (failure !== undefined) throw failure;
    return frames;
  }
</script>
`;
