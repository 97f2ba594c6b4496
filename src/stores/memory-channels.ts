type Listener = (message: string) => void;

export interface Channels {
  publish(channel: string, message: string): void;
  /** @returns a function that ends the subscription. */
  subscribe(channel: string, listener: Listener): () => void;
  close(): void;
}

/** Publish and subscribe within the process. */
export function createChannels(): Channels {
  const channels = new Map<string, Set<{ readonly listener: Listener }>>();

  return {
    publish: (channel, message) => {
      for (const subscription of channels.get(channel) ?? []) {
        // As over a network: after the publisher has gone on, and a listener that throws is not its affair.
        queueMicrotask(() => {
          if (channels.get(channel)?.has(subscription)) subscription.listener(message);
        });
      }
    },
    subscribe: (channel, listener) => {
      const subscription = { listener };
      const subscriptions = channels.get(channel) ?? new Set();
      channels.set(channel, subscriptions.add(subscription));
      return () => {
        subscriptions.delete(subscription);
        if (subscriptions.size === 0 && channels.get(channel) === subscriptions) channels.delete(channel);
      };
    },
    close: () => channels.clear(),
  };
}
