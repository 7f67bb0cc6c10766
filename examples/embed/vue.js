/** The box in Vue 3: in a single-file component, set `compilerOptions.isCustomElement` in the build instead. */
import { createApp, h, ref } from 'vue';

const search = {
  setup() {
    const outcome = ref('');
    const keep = (event) => (outcome.value = event.detail.outcome);
    return () =>
      h('section', [
        h('kilde-svar', { lang: 'nb', 'help-url': '/kontakt', 'onKilde-answer': keep, 'onKilde-noanswer': keep }),
        h('output', outcome.value),
      ]);
  },
};

const app = createApp(search);
app.config.compilerOptions.isCustomElement = (tag) => tag === 'kilde-svar';
app.mount('#app');
