/** The shapes the search box reads from the service, and what it offers the page around it. */

export interface Span {
  text: string;
  start: number;
  end: number;
}

export interface Citation {
  number: number;
  document_id: string;
  title: string;
  language: string;
  source: string;
  start: number;
  end: number;
  quote: string;
  url: string;
}

export interface Passage {
  rank: number;
  document_id: string;
  title: string;
  language: string;
  /** Headings, or the name of the table, over the passage. */
  context: string;
  start: number;
  end: number;
  text: string;
  url: string;
}

export interface Answer {
  text: string;
  language: string;
  span: Span | null;
  confidence: number;
  citation: number;
}

export interface Reply {
  id: string;
  question: string;
  language: { code: string };
  outcome: 'answered' | 'passages_only' | 'no_answer';
  answer: Answer | null;
  citations: Citation[];
  passages: Passage[];
  timing_ms: { total: number };
}

export interface Suggestion {
  text: string;
  kind: 'title' | 'heading' | 'question';
  language: string;
  url: string | null;
}

/** What the panel under the box shows. */
export type State =
  | { name: 'idle' }
  | { name: 'loading'; slow: boolean }
  | { name: 'answered' | 'passages_only' | 'no_answer'; reply: Reply }
  | { name: 'limited'; seconds: number }
  | { name: 'rejected' | 'not_ready' | 'failed' | 'timeout' | 'offline' | 'unreachable' };

export type Strings = Record<string, string>;

export interface QuestionDetail {
  language?: string;
  outcome?: string;
  question?: string;
}

export class KildeSvar extends HTMLElement {
  /** Gives a bearer token for each request; nothing is sent along when it is missing. */
  tokenProvider: (() => string | Promise<string>) | undefined;
  /** The page's own wording, by the names in the element's string table. */
  strings: Strings;
  ask(question: string): Promise<Reply | null>;
  clear(): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'kilde-svar': KildeSvar;
  }
}
