/**
 * `<kilde-svar>`: a question box for any page. It asks a Kildesvar service and shows the sentence that answers,
 * word for word, with its source. No dependencies, no storage; all that comes over the network is shown as text.
 *
 * @typedef {import('./types.d.ts').Reply} Reply
 * @typedef {import('./types.d.ts').Citation} Citation
 * @typedef {import('./types.d.ts').Passage} Passage
 * @typedef {import('./types.d.ts').Span} Span
 * @typedef {import('./types.d.ts').State} State
 * @typedef {import('./types.d.ts').Strings} Strings
 * @typedef {import('./types.d.ts').Suggestion} Suggestion
 */

/**
 * What the box says: bokmål, English, and nynorsk where it is not spelled as bokmål.
 *
 * @type {Record<string, string[]>}
 */
const STRINGS = {
  label: ['Still et spørsmål', 'Ask a question', 'Still eit spørsmål'],
  submit: ['Søk', 'Search'],
  clear: ['Tøm feltet', 'Clear'],
  suggestions: ['Forslag', 'Suggestions'],
  offered: ['{n} forslag', '{n} suggestions'],
  question: ['Spørsmål', 'Question'],
  title: ['Dokument', 'Document'],
  heading: ['Avsnitt', 'Section'],
  loading: ['Leter etter svar …', 'Looking for an answer …', 'Leitar etter svar …'],
  slow: ['Dette tar lengre tid enn vanlig …', 'This takes longer than usual …', 'Dette tek lengre tid enn vanleg …'],
  answer: ['Svar', 'Answer'],
  source: ['Kilde', 'Source', 'Kjelde'],
  source1: ['1 kilde', '1 source', '1 kjelde'],
  sources: ['{n} kilder', '{n} sources', '{n} kjelder'],
  others: ['Andre kilder', 'Other sources', 'Andre kjelder'],
  more: ['Flere treff', 'More hits', 'Fleire treff'],
  none: [
    'Fant ikke noe sikkert svar i dokumentene.',
    'No reliable answer found in the documents.',
    'Fann ikkje noko sikkert svar i dokumenta.',
  ],
  maybe: ['Dette kan være nyttig', 'This may be useful', 'Dette kan vere nyttig'],
  help: ['Kontakt oss', 'Contact us'],
  high: ['Svaret er trolig riktig', 'Probably right', 'Svaret er truleg rett'],
  medium: ['Kan være riktig, sjekk kilden', 'May be right, check the source', 'Kan vere rett, sjekk kjelda'],
  low: ['Usikkert svar, sjekk kilden', 'Uncertain, check the source', 'Usikkert svar, sjekk kjelda'],
  en: ['Kilden er på engelsk', 'The source is in English', 'Kjelda er på engelsk'],
  no: ['Kilden er på norsk', 'The source is in Norwegian', 'Kjelda er på norsk'],
  web: ['Åpne originalen på {host}', 'Open the original at {host}', 'Opne originalen på {host}'],
  tab: ['(åpnes i ny fane)', '(opens in a new tab)', '(blir opna i ny fane)'],
  copy: ['Kopier med kilde', 'Copy with source', 'Kopier med kjelde'],
  copied: ['Kopiert', 'Copied'],
  helpful: ['Var svaret nyttig?', 'Was this helpful?'],
  yes: ['Ja', 'Yes'],
  nope: ['Nei', 'No'],
  thanks: ['Takk for tilbakemeldingen', 'Thanks for the feedback', 'Takk for tilbakemeldinga'],
  why: ['Hva var galt? (valgfritt)', 'What was wrong? (optional)', 'Kva var gale? (valfritt)'],
  wrong: ['Feil eller mangelfullt', 'Wrong or incomplete'],
  other: ['Ikke det jeg spurte om', 'Not what I asked', 'Ikkje det eg spurde om'],
  send: ['Send', 'Send'],
  retry: ['Prøv igjen', 'Try again'],
  limited: [
    'Mange spør akkurat nå. Prøv igjen om {n} s.',
    'Many are asking right now. Try again in {n} s.',
    'Mange spør akkurat no. Prøv igjen om {n} s.',
  ],
  rejected: [
    'Skriv et spørsmål med ord, høyst 500 tegn.',
    'Write a question with words, at most 500 characters.',
    'Skriv eit spørsmål med ord, høgst 500 teikn.',
  ],
  not_ready: [
    'Dokumentene er ikke klare ennå. Prøv igjen om litt.',
    'The documents are not ready yet. Try again shortly.',
    'Dokumenta er ikkje klare enno. Prøv igjen om litt.',
  ],
  failed: [
    'Beklager, noe gikk galt hos oss.',
    'Sorry, something went wrong on our side.',
    'Orsak, noko gjekk gale hos oss.',
  ],
  timeout: [
    'Beklager, svaret lot vente for lenge på seg.',
    'Sorry, the answer took too long.',
    'Orsak, svaret lét vente for lenge på seg.',
  ],
  offline: [
    'Du er frakoblet. Vi spør igjen når du er på nett.',
    'You are offline. We ask again when you are back.',
    'Du er fråkopla. Vi spør igjen når du er på nett.',
  ],
  unreachable: [
    'Får ikke kontakt med {host}. Hvis nettleseren spør om tilgang til lokalt nettverk, må du tillate det.',
    'Cannot reach {host}. If the browser asks for access to the local network, allow it.',
    'Får ikkje kontakt med {host}. Om nettlesaren spør om tilgang til lokalt nettverk, må du tillate det.',
  ],
};

const SUGGEST_AFTER_MS = 150; // of no typing
const SKELETON_AFTER_MS = 200; // an answer usually comes sooner, and a flicker says nothing
const ANNOUNCE_LOADING_AFTER_MS = 800;
const SLOW_AFTER_MS = 4000;
const FAIL_AFTER_MS = 15000;
const ANNOUNCE_AFTER_MS = 500; // screen readers drop what comes while a key is echoed

const STYLE = new CSSStyleSheet();
STYLE.replaceSync(`
:host{display:block;box-sizing:border-box;flex:1 1 280px;min-inline-size:0}
:host([hidden]){display:none!important}
:host([theme=light]){color-scheme:light}
:host([theme=dark]){color-scheme:dark}
:host([theme=auto]){color-scheme:light dark}
.root{
all:initial;color-scheme:inherit;display:block;container-type:inline-size;contain-intrinsic-inline-size:min(280px,80vw);box-sizing:border-box;text-align:start;
--bg:var(--kilde-svar-bg,var(--ds-color-neutral-background-default,var(--ax-bg-default,light-dark(#fff,#151a21))));
--fg:var(--kilde-svar-fg,var(--ds-color-neutral-text-default,var(--ax-text-neutral,light-dark(#1b2430,#e8ecf2))));
--muted:var(--kilde-svar-muted,var(--ds-color-neutral-text-subtle,var(--ax-text-neutral-subtle,light-dark(#536073,#a9b4c3))));
--border:var(--kilde-svar-border,var(--ds-color-neutral-border-default,var(--ax-border-neutral,light-dark(#7f8a9b,#748094))));
--accent:var(--kilde-svar-accent,var(--ds-color-accent-base-default,var(--ax-bg-accent-strong,light-dark(#0a5aa8,#8cc1ff))));
--on:var(--kilde-svar-on-accent,var(--ds-color-accent-base-contrast-default,var(--ax-text-accent-contrast,light-dark(#fff,#0a1826))));
--link:var(--kilde-svar-link,light-dark(#0a5aa8,#8cc1ff));
--soft:var(--kilde-svar-soft,light-dark(#f1f4f8,#1f2731));
--mark:var(--kilde-svar-mark,light-dark(#ffe894,#5a4700));
--focus:var(--kilde-svar-focus,light-dark(#0a5aa8,#ffd75e));
--radius:var(--kilde-svar-radius,8px);
font:var(--kilde-svar-font-size,16px)/1.5 var(--kilde-svar-font,system-ui,sans-serif);
color:var(--fg);background:var(--bg);padding:var(--kilde-svar-padding,1em);border-radius:var(--radius)}
*{box-sizing:border-box}
[hidden]{display:none!important}
label,.label,h2,h3{display:block;margin:0 0 .35em;font-size:1em;font-weight:600}
h3{margin-top:1em;color:var(--muted);font-size:.875em}
form[role]{position:relative}
.field{display:flex;gap:.5em}
.entry{position:relative;flex:1;min-width:0}
input,button{font:inherit;color:inherit;letter-spacing:inherit;border:1px solid var(--border);border-radius:var(--radius);background:var(--bg);min-height:44px}
input{width:100%;margin:0;padding:.5em 2.9em .5em .8em;font-size:max(1em,16px);appearance:none}
input::-webkit-search-cancel-button{display:none}
button{padding:.4em 1em;cursor:pointer}
button:hover{border-color:var(--fg)}
.ask{background:var(--accent);color:var(--on);border-color:var(--accent);font-weight:600}
.ask:hover{border-color:var(--fg)}
.clear{position:absolute;inset-inline-end:1px;top:1px;bottom:1px;min-height:0;width:2.7em;padding:0;border:0;background:none;font-size:1em;color:var(--muted)}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
ul,ol{list-style:none;margin:0;padding:0}
.list{position:absolute;z-index:9999;inset-inline:0;top:calc(100% + 4px);padding:4px;background:var(--bg);border:1px solid var(--border);border-radius:var(--radius);box-shadow:0 8px 24px #0003;max-height:50vh;max-height:50dvh;overflow:auto}
.list li{display:flex;gap:.2em 1em;justify-content:space-between;align-items:baseline;flex-wrap:wrap;padding:.5em .7em;min-height:44px;border-radius:calc(var(--radius) - 2px);cursor:pointer}
.list li:hover{background:var(--soft)}
.list [aria-selected=true]{background:var(--accent);color:var(--on)}
.list [aria-selected=true] small{color:inherit}
small,.meta{font-size:.875em;color:var(--muted)}
.panel{margin-top:1em}
.card{border-inline-start:4px solid var(--accent);padding:.1em 0 .1em 1em}
.label{color:var(--muted);font-size:.875em}
blockquote{margin:0 0 .6em;white-space:pre-line;overflow-wrap:anywhere;unicode-bidi:isolate}
.card blockquote{font-size:1.2em;line-height:1.45}
mark{background:var(--mark);color:inherit;font-weight:600;text-decoration:underline 2px;text-underline-offset:.2em;border-radius:2px;padding:0 .1em}
a{color:var(--link);text-underline-offset:.15em;unicode-bidi:isolate;overflow-wrap:anywhere}
a:hover{text-decoration-thickness:2px}
p{margin:0 0 .5em}
.hits li{padding:.7em 0;border-top:1px solid color-mix(in srgb,var(--border) 45%,transparent)}
.hits blockquote{white-space:normal;margin:.25em 0 0;font-size:.9375em;display:-webkit-box;-webkit-line-clamp:4;-webkit-box-orient:vertical;overflow:hidden}
.row{display:flex;flex-wrap:wrap;gap:.5em;align-items:center;margin-top:.8em}
.ends{justify-content:space-between}
.ends .row{margin:0}
.row button{min-height:36px;padding:.2em .8em;font-size:.875em}
[aria-pressed=true]{background:var(--accent);color:var(--on)}
.row input{flex:1 1 12em;width:auto;padding:.3em .6em;min-height:36px}
summary{cursor:pointer;margin-top:1em;padding:.5em 0;color:var(--link)}
.bar{height:1em;margin:.5em 0;border-radius:4px;background:var(--soft);animation:pulse 1.2s ease-in-out infinite alternate}
.bar:nth-child(2){width:70%}
.sr{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@keyframes pulse{to{opacity:.4}}
@container(max-width:24em){.field{flex-direction:column}}
@media(prefers-reduced-motion:reduce){.bar{animation:none}}
@media(forced-colors:active){.bar{border:1px solid}.list [aria-selected=true],[aria-pressed=true]{forced-color-adjust:none;background:Highlight;color:HighlightText}}
`);

/**
 * Makes an element; values are attributes, functions are listeners, children are nodes or text, never HTML.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} [attributes]
 * @param {...(Node | string | false | null | undefined)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== false && value != null) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flatMap((child) => child || []));
  return element;
}

/**
 * @param {string} tag a BCP 47 language tag
 * @returns {'nb' | 'nn' | 'en'}
 */
const uiLanguage = (tag) => (/^(nb|no)\b/i.test(tag) ? 'nb' : /^nn\b/i.test(tag) ? 'nn' : 'en');

/** @param {string} code */
const family = (code) => (code === 'en' ? 'en' : /^n[bno]$/.test(code) ? 'no' : '');

/**
 * The part of an address that makes a browser scroll to a quote in somebody else's page.
 * Source: WICG URL Fragment Text Directives; a hyphen has a meaning there and must be escaped too.
 *
 * @param {string} quote
 */
function textFragment(quote) {
  const words = quote.trim().split(/\s+/);
  const parts = words.length > 10 ? [words.slice(0, 5), words.slice(-5)] : [words];
  return ':~:text=' + parts.map((part) => encodeURIComponent(part.join(' ')).replace(/-/g, '%2D')).join(',');
}

export class KildeSvar extends HTMLElement {
  static observedAttributes = ['lang', 'label', 'help-url', 'shortcut'];

  // What a page set before this file arrived is kept.
  /** @type {(() => string | Promise<string>) | undefined} */
  tokenProvider = /** @type {Partial<KildeSvar>} */ (this).tokenProvider;
  /** @type {Strings} */
  strings = /** @type {Partial<KildeSvar>} */ (this).strings ?? {};

  /** @type {State} */
  #state = { name: 'idle' };
  #question = '';
  #active = -1;
  /** @type {Suggestion[]} */
  #suggestions = [];
  #asking = new AbortController();
  #suggesting = new AbortController();
  #typing = 0;
  #announcing = 0;
  #watcher = new MutationObserver(() => this.#draw());

  #list = make('ul', { id: 'list', class: 'list', part: 'suggestions', role: 'listbox', hidden: true });
  #input = make('input', {
    id: 'q',
    part: 'input',
    type: 'search',
    role: 'combobox',
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': 'list',
    autocomplete: 'off',
    autocapitalize: 'none',
    enterkeyhint: 'search',
    inputmode: 'search',
    maxlength: 500,
    input: (/** @type {InputEvent} */ event) => this.#typed(event.isComposing),
    compositionend: () => this.#typed(false),
    keydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
  });
  #label = make('label', { for: 'q', part: 'label' });
  #clear = make('button', { type: 'button', class: 'clear', part: 'clear', hidden: true, click: () => this.clear() }, '✕');
  #submit = make('button', { class: 'ask', part: 'button' });
  #form = make(
    'form',
    { role: 'search', submit: (/** @type {Event} */ event) => (event.preventDefault(), this.ask(this.#input.value)) },
    this.#label,
    make('div', { class: 'field' }, make('div', { class: 'entry' }, this.#input, this.#clear), this.#submit),
    this.#list,
  );
  #status = make('p', { class: 'sr', part: 'status', role: 'status' });
  #panel = make('section', { class: 'panel', part: 'panel', hidden: true });
  #root = make('div', { class: 'root', part: 'root' }, this.#form, this.#status, this.#panel);

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: 'open' });
    shadow.adoptedStyleSheets = [STYLE];
    shadow.append(this.#root);
    // The field itself loses focus to its own buttons and list; only leaving the whole box closes the list.
    this.#root.addEventListener('focusout', (event) => this.#root.contains(/** @type {Node} */ (event.relatedTarget)) || this.#close());
  }

  connectedCallback() {
    this.#watcher.observe(document.documentElement, { attributeFilter: ['lang'] });
    addEventListener('keydown', this.#shortcut);
    addEventListener('online', this.#online);
    this.#draw();
    this.#emit('ready', {});
  }

  disconnectedCallback() {
    this.#watcher.disconnect();
    removeEventListener('keydown', this.#shortcut);
    removeEventListener('online', this.#online);
    this.#asking.abort();
    this.#suggesting.abort();
    if (this.#state.name === 'loading') this.#state = { name: 'idle' }; // nothing is under way any more
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#draw();
  }

  /** @param {FocusOptions} [options] */
  focus(options) {
    this.#input.focus(options);
  }

  /** Empties the box and what it showed. */
  clear() {
    this.#asking.abort();
    this.#input.value = '';
    this.#typed(false);
    this.#show({ name: 'idle' });
    this.focus();
  }

  /**
   * Asks the service and shows what it says; a question under way is dropped.
   *
   * @param {string} question
   * @returns {Promise<Reply | null>} null when there was nothing to ask, the service failed or a newer question came
   */
  async ask(question) {
    if (!question.trim()) return null;
    this.#input.value = question;
    this.#typed(true);
    this.#asking.abort();
    const abort = (this.#asking = new AbortController());
    this.#question = question;
    this.#emit('query', this.#withQuestion({}));
    let late = false;
    const timers = [
      setTimeout(() => this.#show({ name: 'loading', slow: false }), SKELETON_AFTER_MS),
      setTimeout(() => this.#say(this.#t('loading'), 0), ANNOUNCE_LOADING_AFTER_MS),
      setTimeout(() => this.#show({ name: 'loading', slow: true }), SLOW_AFTER_MS),
      setTimeout(() => abort.abort((late = true)), FAIL_AFTER_MS),
    ];
    abort.signal.addEventListener('abort', () => timers.forEach(clearTimeout));
    try {
      const documents = this.getAttribute('documents')?.split(/\s+/) ?? null;
      const response = await this.#fetch('v1/ask', abort.signal, { question: question.trim(), documents });
      const reply = response.ok ? /** @type {Reply} */ (await response.json()) : null;
      if (this.#asking !== abort || (abort.signal.aborted && !late)) return null;
      if (reply) {
        this.#show({ name: reply.outcome, reply });
        const { id, outcome, citations, timing_ms } = reply;
        const detail = { id, outcome, language: reply.language.code, citations: citations.length, ms: timing_ms.total };
        this.#emit(reply.answer ? 'answer' : 'noanswer', this.#withQuestion(detail));
        return reply;
      }
      this.#fail(await refusal(response));
    } catch {
      if (this.#asking !== abort || (abort.signal.aborted && !late)) return null;
      this.#fail({ name: late ? 'timeout' : navigator.onLine ? 'unreachable' : 'offline' });
    } finally {
      timers.forEach(clearTimeout);
    }
    return null;
  }

  /** @param {State} state */
  #fail(state) {
    this.#show(state);
    this.#emit('error', { type: state.name });
  }

  /**
   * @param {string} path
   * @param {AbortSignal | null} signal
   * @param {unknown} [body] makes it a POST
   */
  async #fetch(path, signal, body) {
    /** @type {Record<string, string>} */
    const headers = {};
    const token = await this.tokenProvider?.();
    if (token) headers.Authorization = 'Bearer ' + token;
    if (body) headers['Content-Type'] = 'application/json';
    const method = body ? 'POST' : 'GET';
    return fetch(new URL(path, this.#base), { method, headers, signal, credentials: 'omit', body: body ? JSON.stringify(body) : null });
  }

  /** The service's address, ending in a slash: the attribute, or where this file came from. */
  get #base() {
    const given = this.getAttribute('endpoint');
    return given ? new URL(given.replace(/\/?$/, '/'), document.baseURI) : new URL('../../', import.meta.url);
  }

  /**
   * @param {string | null} address
   * @param {RegExp} [protocols]
   * @returns {URL | null} null for what is not a web address, so that it stays text
   */
  #address(address, protocols = /^https?:$/) {
    try {
      const url = new URL(address ?? '', this.#base);
      return address && protocols.test(url.protocol) ? url : null;
    } catch {
      return null;
    }
  }

  /** The interface language: the nearest `lang` around the box, through shadow roots; then the browser's. */
  get #language() {
    /** @type {Element | undefined} */
    let element = this;
    while (element) {
      const tag = element.closest('[lang]')?.getAttribute('lang');
      if (tag) return uiLanguage(tag);
      element = /** @type {ShadowRoot} */ (element.getRootNode()).host;
    }
    return uiLanguage(navigator.language || 'nb');
  }

  /** @param {string} key @param {Record<string, string | number>} [values] */
  #t(key, values = {}) {
    const [nb, en, nn = nb] = STRINGS[key] ?? [];
    const text = this.strings[key] ?? { nb, nn, en }[this.#language] ?? key;
    return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  }

  /** @param {string} name @param {object} detail */
  #emit(name, detail) {
    return this.dispatchEvent(new CustomEvent('kilde-' + name, { bubbles: true, composed: true, cancelable: true, detail }));
  }

  /** @param {object} detail questions can hold personal data, so a page must ask to be told them */
  #withQuestion(detail) {
    return this.hasAttribute('events-include-query') ? { ...detail, question: this.#question } : detail;
  }

  /** @param {string} text @param {number} [after] in milliseconds */
  #say(text, after = ANNOUNCE_AFTER_MS) {
    clearTimeout(this.#announcing);
    this.#status.textContent = ''; // the same words twice are only read twice when the node changes
    this.#announcing = setTimeout(() => this.#status.append(text), after);
  }

  // Suggestions: a combobox with a list; focus stays in the field, nothing is chosen for the user.

  /** @param {boolean} quiet no suggestions for this change */
  #typed(quiet) {
    clearTimeout(this.#typing);
    this.#suggesting.abort();
    const text = this.#input.value.trim();
    this.#clear.hidden = !this.#input.value;
    this.#close();
    if (!quiet && text.length > 1) this.#typing = setTimeout(() => this.#suggest(text), SUGGEST_AFTER_MS);
  }

  /** @param {string} text */
  async #suggest(text) {
    const { signal } = (this.#suggesting = new AbortController());
    try {
      const response = await this.#fetch('v1/suggest?q=' + encodeURIComponent(text), signal);
      const { suggestions } = response.ok ? await response.json() : { suggestions: [] };
      if (signal.aborted || !this.#root.contains(this.shadowRoot?.activeElement ?? null)) return;
      this.#offer(suggestions);
    } catch {
      this.#close(); // suggestions are a courtesy: without them the box still asks
    }
  }

  /** @param {Suggestion[]} suggestions */
  #offer(suggestions) {
    this.#suggestions = suggestions;
    this.#list.replaceChildren(
      ...suggestions.map(({ text, kind, language }, index) =>
        make(
          'li',
          {
            id: 'option' + index,
            role: 'option',
            part: 'suggestion',
            'aria-selected': 'false',
            mousedown: (/** @type {Event} */ event) => event.preventDefault(), // keeps focus in the field
            click: () => this.#pick(index),
          },
          make('bdi', { lang: language }, text),
          make('small', {}, this.#t(kind)),
        ),
      ),
    );
    this.#list.hidden = !suggestions.length;
    this.#input.ariaExpanded = String(!this.#list.hidden);
    if (suggestions.length) this.#say(this.#t('offered', { n: suggestions.length }), 1000);
  }

  #close() {
    this.#list.hidden = true;
    this.#input.ariaExpanded = 'false';
    this.#activate(-1);
  }

  /** @param {number} index -1 for none */
  #activate(index) {
    this.#active = index;
    this.#list.querySelectorAll('li').forEach((option, place) => {
      option.ariaSelected = String(place === index);
      if (place === index) option.scrollIntoView({ block: 'nearest' });
    });
    if (index < 0) this.#input.removeAttribute('aria-activedescendant');
    else this.#input.setAttribute('aria-activedescendant', 'option' + index);
  }

  /** @param {number} index */
  #pick(index) {
    const suggestion = /** @type {Suggestion} */ (this.#suggestions[index]);
    const url = suggestion.kind === 'question' ? null : this.#address(suggestion.url);
    this.#close();
    if (!url) this.ask(suggestion.text);
    else if (this.#emit('open-source', { url: url.href })) open(url, this.#target ?? '_self', this.#target ? 'noopener' : '');
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const count = this.#list.hidden ? 0 : this.#suggestions.length;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.isComposing) return;
    if (step && count) {
      // One place more than there are options: the field itself, so that the typed text is never lost.
      this.#activate(((this.#active + 1 + step + count + 1) % (count + 1)) - 1);
    } else if (step > 0 && this.#input.value.trim().length > 1) {
      this.#suggest(this.#input.value.trim());
    } else if (event.key === 'Enter' && this.#active >= 0) {
      this.#pick(this.#active);
    } else if (event.key === 'Escape' && (count || this.#input.value)) {
      if (count) this.#close();
      else this.clear();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #shortcut = (/** @type {KeyboardEvent} */ event) => {
    const [origin] = event.composedPath();
    const editing = origin instanceof HTMLElement && (origin.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(origin.tagName));
    if (event.defaultPrevented || event.isComposing || editing) return;
    const pressed = (event.ctrlKey || event.metaKey ? 'mod+' : '') + event.key.toLowerCase(); // Shift is left out: `/` is Shift+7 here
    if (!this.#shortcuts.includes(pressed)) return;
    event.preventDefault();
    this.focus();
  };

  get #shortcuts() {
    return (this.getAttribute('shortcut') ?? 'mod+k').toLowerCase().split(/\s+/);
  }

  #online = () => this.#state.name === 'offline' && this.ask(this.#question);

  get #target() {
    return this.getAttribute('link-target');
  }

  // What is shown.

  /** Puts the words of the interface language everywhere. */
  #draw() {
    const label = this.getAttribute('label') ?? this.#t('label');
    this.#root.lang = this.#language;
    this.#label.textContent = this.#form.ariaLabel = label;
    this.#clear.ariaLabel = this.#t('clear');
    this.#submit.textContent = this.#t('submit');
    this.#list.ariaLabel = this.#t('suggestions');
    const keys = this.#shortcuts.filter((key) => key !== 'none').map((key) => key.replace(/^mod\+(.*)/, 'Control+$1 Meta+$1'));
    this.#input.setAttribute('aria-keyshortcuts', keys.join(' '));
    this.#paint();
  }

  /** @param {State} state */
  #show(state) {
    this.#state = state;
    const focused = this.#panel.contains(this.shadowRoot?.activeElement ?? null);
    this.#paint();
    if (focused) this.focus(); // the button that had focus is gone
    this.#say(this.#summary(state));
  }

  /** @param {State} state @returns {string} what a screen reader is told, one short sentence */
  #summary(state) {
    if (state.name === 'idle' || state.name === 'loading') return '';
    if (!('reply' in state)) return this.#failure(state);
    if (!state.reply.answer) return this.#t('none');
    const n = state.reply.citations.length;
    return this.#t('answer') + ': ' + this.#t(n === 1 ? 'source1' : 'sources', { n });
  }

  /** @param {State} state */
  #failure(state) {
    return this.#t(state.name, { host: this.#base.host, n: 'seconds' in state ? state.seconds : 0 });
  }

  #paint() {
    const state = this.#state;
    this.#root.dataset.state = state.name;
    this.#panel.hidden = state.name === 'idle';
    this.#panel.ariaBusy = String(state.name === 'loading');
    this.#panel.replaceChildren(
      ...(state.name === 'idle'
        ? []
        : state.name === 'loading'
          ? [make('p', { class: 'meta' }, this.#t(state.slow ? 'slow' : 'loading')), ...[1, 2, 3].map(() => make('div', { class: 'bar' }))]
          : !('reply' in state)
            ? [make('p', { part: 'error' }, this.#failure(state)), this.#button('retry', () => (this.focus(), this.ask(this.#question)))]
            : state.reply.answer
              ? this.#answer(state.reply)
              : this.#noAnswer(state.reply)),
    );
  }

  /** @param {Reply} reply */
  #answer(reply) {
    const { answer, citations } = reply;
    const cited = citations.find(({ number }) => number === answer?.citation) ?? citations[0];
    if (!answer || !cited) return this.#noAnswer(reply);
    const others = citations.filter((citation) => citation !== cited);
    const seen = citations.map(({ document_id, start }) => ({ document_id, start }));
    const passages = reply.passages.filter((hit) => !seen.some((at) => at.document_id === hit.document_id && at.start >= hit.start && at.start < hit.end));
    const band = answer.confidence >= 0.8 ? 'high' : answer.confidence >= 0.5 ? 'medium' : 'low';
    return [
      make(
        'div',
        { class: 'card', part: 'answer' },
        make('h2', { class: 'label' }, this.#t('answer')),
        this.#quote(cited.quote, cited.language, answer.span, cited.start),
        make('p', {}, make('span', { class: 'meta' }, this.#t('source') + ': '), ...this.#source(cited, reply)),
        make('p', { class: 'meta' }, this.#t(band)),
      ),
      others.length > 0 && make('h3', {}, this.#t('others')),
      this.#hits(others, reply),
      this.#actions(reply, cited),
      passages.length > 0 && make('details', {}, make('summary', {}, this.#t('more')), this.#hits(passages, reply)),
    ].filter((child) => child !== false);
  }

  /** @param {Reply} reply */
  #noAnswer(reply) {
    const help = this.#address(this.getAttribute('help-url'), /^(https?|mailto):$/);
    const best = reply.passages.slice(0, 3);
    return [
      make('h2', {}, this.#t('none')),
      help && make('p', {}, make('a', { href: help.href, part: 'help' }, this.#t('help'))),
      best.length > 0 && make('h3', {}, this.#t('maybe')),
      this.#hits(best, reply),
    ].filter((child) => child instanceof Node);
  }

  /** @param {(Citation | Passage)[]} hits @param {Reply} reply */
  #hits(hits, reply) {
    const rows = hits.map((hit) => {
      const text = 'quote' in hit ? hit.quote : hit.text;
      const context = 'context' in hit && !text.startsWith(hit.context) && hit.context;
      return make('li', {}, ...this.#source(hit, reply), context && make('div', { class: 'meta' }, context), this.#quote(text, hit.language));
    });
    return make('ol', { class: 'hits', hidden: !hits.length }, ...rows);
  }

  /**
   * The quote, with the exact span marked. Offsets count code points, JavaScript strings UTF-16 units.
   *
   * @param {string} quote
   * @param {string} language
   * @param {Span | null} [span]
   * @param {number} [offset] of the quote in its document
   */
  #quote(quote, language, span = null, offset = 0) {
    const characters = [...quote];
    const [from, to] = span ? [span.start - offset, span.end - offset] : [0, 0];
    const marked = characters.slice(from, to).join('');
    const lang = family(language) && language;
    if (!span || from < 0 || marked !== span.text) return make('blockquote', { part: 'quote', lang }, quote);
    const [before, after] = [characters.slice(0, from).join(''), characters.slice(to).join('')];
    return make('blockquote', { part: 'quote', lang }, before, make('mark', { part: 'mark' }, marked), after);
  }

  /** @param {Citation | Passage} hit @param {Reply} reply @returns {(Node | string)[]} */
  #source(hit, reply) {
    const foreign = family(hit.language) && family(reply.language.code) && family(hit.language) !== family(reply.language.code);
    const web = 'source' in hit && /^https?:/.test(hit.source) ? this.#address(hit.source) : null;
    const title = this.#link(this.#address(hit.url), make('bdi', { lang: family(hit.language) && hit.language }, hit.title), hit);
    if (web && 'quote' in hit) web.hash += textFragment(hit.quote);
    return [
      title,
      foreign ? make('span', { class: 'meta' }, ' · ' + this.#t(family(hit.language))) : '',
      web ? make('span', { class: 'meta' }, ' · ', this.#link(web, this.#t('web', { host: web.host }), hit)) : '',
    ];
  }

  /** @param {URL | null} url @param {Node | string} text @param {Citation | Passage} hit */
  #link(url, text, { document_id, start, end }) {
    if (!url) return make('span', {}, text);
    const click = (/** @type {Event} */ event) => this.#emit('open-source', { document_id, start, end, url: url.href }) || event.preventDefault();
    const link = make('a', { part: 'source', href: url.href, target: this.#target, rel: 'noopener', click }, text);
    if (this.#target === '_blank') link.append(make('span', { class: 'sr' }, ' ' + this.#t('tab')));
    return link;
  }

  /** @param {string} key @param {(event: Event) => void} click @param {Record<string, string>} [attributes] */
  #button(key, click, attributes = {}) {
    return make('button', { type: 'button', part: 'action', click, ...attributes }, this.#t(key));
  }

  /** @param {Reply} reply @param {Citation} cited */
  #actions(reply, cited) {
    const copy = this.#button('copy', async () => {
      await this.#copy(`“${cited.quote}” (${cited.title}, ${this.#address(cited.url)?.href ?? cited.source})`);
      copy.textContent = this.#t('copied');
      this.#say(this.#t('copied'), 0);
    });
    const thanks = make('span', { class: 'meta' });
    const reasons = make('form', { class: 'row', hidden: true });
    const send = (/** @type {boolean} */ helpful, /** @type {string} */ reason = '') => {
      yes.ariaPressed = String(helpful);
      no.ariaPressed = String(!helpful);
      thanks.textContent = this.#t('thanks');
      reasons.hidden = helpful || !!reason;
      this.#say(this.#t('thanks'));
      if (reason) no.focus(); // the field that had focus is gone
      this.#emit('feedback', { id: reply.id, helpful });
      this.#fetch('v1/feedback', null, { answer_id: reply.id, helpful, ...(reason && { reason }) })
        .then(({ ok }) => ok || Promise.reject())
        .catch(() => this.#say((thanks.textContent = this.#t('failed'))));
    };
    const yes = this.#button('yes', () => send(true), { 'aria-pressed': 'false' });
    const no = this.#button('nope', () => send(false), { 'aria-pressed': 'false' });
    const why = make('input', { id: 'why', maxlength: 1000, autocomplete: 'off' });
    const chosen = ['wrong', 'other'].map((key) => this.#button(key, () => send(false, key)));
    reasons.append(make('label', { for: 'why', class: 'meta' }, this.#t('why')), ...chosen, why, make('button', {}, this.#t('send')));
    reasons.addEventListener('submit', (event) => (event.preventDefault(), why.value.trim() && send(false, why.value.trim())));
    const asked = make('span', { id: 'helpful', class: 'meta' }, this.#t('helpful'));
    const group = make('div', { class: 'row', role: 'group', 'aria-labelledby': 'helpful' }, thanks, asked, yes, no);
    return make('div', { part: 'feedback' }, make('div', { class: 'row ends' }, copy, group), reasons);
  }

  /** @param {string} text */
  async #copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text).catch(() => this.#copyBySelection(text));
    this.#copyBySelection(text);
  }

  /** Plain http pages and iframes have no clipboard to write to. @param {string} text */
  #copyBySelection(text) {
    const before = /** @type {HTMLElement | null} */ (this.shadowRoot?.activeElement);
    const area = make('textarea', { class: 'sr' }, text);
    this.#panel.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
    before?.focus();
  }
}

/**
 * What to show for a reply that is not an answer.
 *
 * @param {Response} response
 * @returns {Promise<State>}
 */
async function refusal(response) {
  const type = (await response.json().catch(() => null))?.error?.type;
  const seconds = Math.ceil(Number(response.headers.get('Retry-After'))) || 5;
  if (response.status === 429 || type === 'overloaded') return { name: 'limited', seconds };
  if (type === 'index_not_ready') return { name: 'not_ready' };
  return { name: response.status === 400 || response.status === 413 || response.status === 422 ? 'rejected' : 'failed' };
}

if (!customElements.get('kilde-svar')) customElements.define('kilde-svar', KildeSvar);
