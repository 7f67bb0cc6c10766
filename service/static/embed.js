/** The box in an iframe: tells the page around it how high it is, if that page is one that may embed it. */

const main = /** @type {HTMLElement} */ (document.querySelector('main'));
const allowed = [location.origin, ...(main.dataset.origins ?? '').split(' ')];

/** The origin of the page around; Firefox has only the referrer. */
function parentOrigin() {
  if (location.ancestorOrigins?.[0]) return location.ancestorOrigins[0];
  return document.referrer ? new URL(document.referrer).origin : '';
}

const around = parentOrigin();
if (parent !== window && allowed.includes(around)) {
  new ResizeObserver(() => {
    // To that origin alone: if another page has taken its place, the browser does not deliver.
    parent.postMessage({ type: 'kilde-svar:height', height: Math.ceil(main.getBoundingClientRect().height) }, around);
  }).observe(main);
}
