<?php
/**
 * Plugin Name: Kildesvar
 * Description: The shortcode [kilde_svar] puts the search box on a page.
 *
 * Save as wp-content/plugins/kildesvar.php and switch it on. Editors without unfiltered_html cannot write the tag
 * itself: WordPress takes unknown tags out of what they save, and a shortcode is the way round.
 * Print address and fingerprint with: python -m service snippet --address https://sok.example.no --pinned
 */

const KILDESVAR_ADDRESS = 'https://sok.example.no';
const KILDESVAR_SCRIPT = '/widget/v1/kilde-svar.js'; // or the pinned path
const KILDESVAR_INTEGRITY = ''; // or the fingerprint, sha384-..., that belongs to the pinned path

add_shortcode('kilde_svar', function ($attributes) {
    $given = shortcode_atts(['lang' => '', 'theme' => '', 'help-url' => ''], $attributes);
    $tag = '';
    foreach (array_filter($given) as $name => $value) {
        $tag .= sprintf(' %s="%s"', $name, esc_attr($value));
    }
    wp_enqueue_script('kilde-svar', KILDESVAR_ADDRESS . KILDESVAR_SCRIPT, [], null, ['in_footer' => true]);
    return sprintf(
        '<kilde-svar endpoint="%1$s"%2$s><form action="%1$s/" role="search">'
        . '<label>Søk <input type="search" name="q"></label> <button>Søk</button></form></kilde-svar>',
        esc_url(KILDESVAR_ADDRESS),
        $tag
    );
});

add_filter('script_loader_tag', function ($tag, $handle) {
    if ($handle !== 'kilde-svar') {
        return $tag;
    }
    $seal = KILDESVAR_INTEGRITY === '' ? '' : sprintf(' integrity="%s" crossorigin="anonymous"', KILDESVAR_INTEGRITY);
    $untyped = preg_replace('/ type=([\'"])[^\'"]*\\1/', '', $tag); // some themes say text/javascript
    return str_replace('<script ', '<script type="module"' . $seal . ' ', $untyped);
}, 10, 2);
