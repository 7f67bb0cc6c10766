/** The box in React 19: attributes as props, `tokenProvider` as a property, events as `on` and their name. */
import { createElement, useState } from 'react';
import { createRoot } from 'react-dom/client';

function Search() {
  const [outcome, setOutcome] = useState('');
  return createElement(
    'section',
    null,
    createElement('kilde-svar', {
      lang: 'nb',
      'help-url': '/kontakt',
      'onkilde-answer': (event) => setOutcome(event.detail.outcome),
      'onkilde-noanswer': (event) => setOutcome(event.detail.outcome),
    }),
    createElement('output', null, outcome),
  );
}

createRoot(document.getElementById('app')).render(createElement(Search));
