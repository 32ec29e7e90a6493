// Lists are read only after changes are being followed, so that nothing falls in between.

const PATIENCE = 2000;

let first = Promise.withResolvers<void>();

/** Resolves once the first frame has come, or after two seconds without one. */
export function following(): Promise<void> {
  const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE));
  return Promise.race([first.promise, patience]);
}

/** The first frame has come. */
export function nowFollowing(): void {
  first.resolve();
}

/** Changes are not followed any more: after signing out, and between tests. */
export function forgetFollowing(): void {
  first = Promise.withResolvers<void>();
}
