/** What is noted down of an exchange, where somebody keeps requests. */
import type { Recorder, Recording } from '../../recording';
import type { Peer } from '../message/message';
import type { Encoded } from '../wire/encode';
import type { Head } from '../wire/head';

/**
 * Undefined if nobody keeps requests, or there are too many.
 *
 * @param time of its begin, in milliseconds since 1970
 * @param head what could be read of the request
 */
export function beginRecording(
  recorder: Recorder | undefined,
  time: number,
  peer: Peer,
  head: Head | undefined,
): Recording | undefined {
  const recording = recorder?.begin(time);
  if (recording === undefined) return undefined;
  recording.port = peer.port;
  if (head !== undefined) {
    recording.requestHead = `${head.method} ${head.target} ${head.version}\r\n${head.section.text}\r\n`;
  }
  return recording;
}

/** @param elapsed milliseconds since the end of the request's head */
export function noteResponse(recording: Recording, { octets, contained }: Encoded, elapsed: number): void {
  recording.responseHead = octets.toString('latin1', 0, octets.length - contained);
  recording.answered = elapsed;
}
