/** Places of domains that warm up, as the store would count them. */
import { type PlaceTaken, receiverOf, type TakenPlaces } from './warm-up.ts';

export interface SimulatedPlaces {
  /** What is taken, for a lead of this address. */
  seenBy(email: string): TakenPlaces;
  take(place: PlaceTaken): void;
}

export function createPlaces(): SimulatedPlaces {
  const bySender = new Map<string, Map<string, { all: number; readonly byReceiver: Map<string, number> }>>();
  return {
    seenBy(email) {
      const receiver = receiverOf(email);
      return Object.fromEntries(
        [...bySender].map(([sender, days]) => [
          sender,
          Object.fromEntries(
            [...days].map(([day, { all, byReceiver }]) => [day, { all, receiver: byReceiver.get(receiver) ?? 0 }]),
          ),
        ]),
      );
    },
    take({ sender, receiver, day }) {
      const days = bySender.get(sender) ?? new Map();
      bySender.set(sender, days);
      const taken = days.get(day) ?? { all: 0, byReceiver: new Map<string, number>() };
      days.set(day, taken);
      taken.all += 1;
      taken.byReceiver.set(receiver, (taken.byReceiver.get(receiver) ?? 0) + 1);
    },
  };
}
