/** Lets Enter in a field submit a form whose button stands outside of it, as in a dialog's footer. */
export function SubmitOnEnter() {
  return <button type="submit" hidden tabIndex={-1} aria-hidden />;
}
