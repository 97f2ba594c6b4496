import type { Offer, View } from './offer.ts';

/**
 * The view of one caller. A request enters it and keeps what was served when it began, whatever is swapped in
 * meanwhile; between requests, which is where a stream or a connection is most of its life, nothing is held and
 * whoever looks sees what is served now.
 */
export class Lease {
  readonly #offer: () => Offer;
  readonly #find: (offer: Offer) => View;
  #view: View | undefined;
  #inside = 0;

  /**
   * @param offer what is served now.
   * @param find finds the view in an offer. @throws PosternError where that has it not.
   */
  constructor(offer: () => Offer, find: (offer: Offer) => View) {
    this.#offer = offer;
    this.#find = find;
  }

  get view(): View {
    return this.#view ?? this.#find(this.#offer());
  }

  /** The view of the same caller in an offer, if that has it. */
  viewIn(offer: Offer): View | undefined {
    try {
      return this.#find(offer);
    } catch {
      return undefined;
    }
  }

  /** @param first the view to take, where the caller has one already. */
  enter(first?: View): View {
    const view = first ?? this.view;
    this.#view = view;
    this.#inside += 1;
    view.offer.backing.hold.enter();
    return view;
  }

  leave(): void {
    this.#view?.offer.backing.hold.leave();
    this.#inside -= 1;
    if (this.#inside === 0) this.#view = undefined;
  }
}
