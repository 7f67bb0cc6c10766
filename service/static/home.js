/** The search page: keeps the question in the address, and shows how the box looks on somebody else's page. */

/** @typedef {import('./types.d.ts').KildeSvar} KildeSvar */

/** @template {Element} T @param {string} selector @returns {T} */
const find = (selector) => /** @type {T} */ (document.querySelector(selector));

const box = /** @type {KildeSvar} */ (find('#box'));

function askWhatTheAddressSays() {
  const question = new URLSearchParams(location.search).get('q');
  if (question) box.ask(question);
  else if (box.shadowRoot?.querySelector('input')?.value) box.clear();
}

box.addEventListener('kilde-query', (event) => {
  const { question } = /** @type {CustomEvent<{ question: string }>} */ (event).detail;
  const address = new URL(location.href);
  if (address.searchParams.get('q') === question) return;
  address.searchParams.set('q', question);
  history.pushState(null, '', address);
  document.title = `${question} – Kildesvar`;
});
addEventListener('popstate', askWhatTheAddressSays);
customElements.whenDefined('kilde-svar').then(askWhatTheAddressSays);

const { address, pinned, integrity } = /** @type {HTMLElement} */ (find('#embedding')).dataset;
const choices = /** @type {HTMLFormElement} */ (find('.choices'));
const sample = /** @type {KildeSvar} */ (find('#sample'));
const snippet = /** @type {HTMLElement} */ (find('#snippet'));
const copy = /** @type {HTMLButtonElement} */ (find('#copy'));
const plain = snippet.textContent ?? '';

function showChoices() {
  const chosen = new FormData(choices);
  const [language, theme, accent] = ['language', 'theme', 'accent'].map((name) => String(chosen.get(name)));
  const wording = /** @type {HTMLSelectElement} */ (choices.elements.namedItem('language')).selectedOptions[0]?.dataset ?? {};
  const otherAccent = accent !== '#0a5aa8';
  sample.lang = language ?? 'nb';
  sample.setAttribute('label', language === 'en' ? 'Try the box' : 'Prøv boksen'); // two searches need two names
  if (theme) sample.setAttribute('theme', theme);
  else sample.removeAttribute('theme');
  if (otherAccent) sample.style.setProperty('--kilde-svar-accent', accent ?? null);
  else sample.style.removeProperty('--kilde-svar-accent');
  const seal = chosen.has('pinned') ? `${pinned}" integrity="${integrity}" crossorigin="anonymous"` : '/widget/v1/kilde-svar.js"';
  snippet.textContent = plain
    .replace(/src="[^"]*"/, `src="${address}${seal}`)
    .replace(/<kilde-svar lang="\w+"/, `<kilde-svar lang="${language}"${theme ? ` theme="${theme}"` : ''}`)
    .replace(/<label>.* <input/, `<label>${wording.label} <input`)
    .replace(/<button>.*<\/button>/, `<button>${wording.submit}</button>`)
    .concat(otherAccent ? `\n<style>kilde-svar { --kilde-svar-accent: ${accent} }</style>` : '');
}

choices.hidden = find(/** @type {'#preview'} */ ('#preview')).toggleAttribute('hidden', false);
choices.addEventListener('input', showChoices);
copy.hidden = !navigator.clipboard;
copy.addEventListener('click', async () => {
  await navigator.clipboard.writeText(snippet.textContent ?? '');
  copy.textContent = copy.dataset.copied ?? '';
});
showChoices();
