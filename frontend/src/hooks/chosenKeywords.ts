// Keywords that a person chose on the Keywords page for a run of the automation.
//
// They may be many thousands: too many for an address, and a reload may forget them.
let chosen: readonly string[] = [];

/** Keeps the chosen keywords for the wizard. */
export function chooseKeywords(ids: Iterable<string>): void {
  chosen = [...ids];
}

/** The keywords that were chosen last. */
export function chosenKeywords(): readonly string[] {
  return chosen;
}
