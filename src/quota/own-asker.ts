import type { Asker } from './asker.ts';
import { hasRoom } from './meters.ts';

/** For a process that shares no counts: what it knows is all there is to know, and a call costs an addition. */
export const OWN_ASKER: Asker = {
  mayAskAgain: () => false,
  count: (meter) => {
    const room = hasRoom(meter);
    meter.value += 1;
    return room;
  },
  giveBack: (meter) => {
    meter.value -= 1;
  },
};
