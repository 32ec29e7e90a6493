// Lists are read only after changes are being followed, so that nothing falls in between.

const PATIENCE = 2000;

let first = Promise.withResolvers<void>();
let followed = false;
let impatient = false;

/** Resolves once the first frame has come, or after two seconds without one. */
export function following(): Promise<void> {
  const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE)).then(() => {
    impatient ||= !followed;
  });
  return Promise.race([first.promise, patience]);
}

/** A frame has come. Whether it is the first and something was read before it: that may be old. */
export function nowFollowing(): boolean {
  const late = impatient && !followed;
  followed = true;
  first.resolve();
  return late;
}

/** Changes are not followed any more: after signing out, and between tests. */
export function forgetFollowing(): void {
  first = Promise.withResolvers<void>();
  followed = false;
  impatient = false;
}
