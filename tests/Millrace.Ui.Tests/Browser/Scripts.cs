namespace Millrace.Ui.Tests.Browser;

/// <summary>Questions that only the page itself can answer.</summary>
internal static class Scripts
{
    /// <summary>The element that sticks out furthest.</summary>
    public const string Widest = """
        () => {
          const all = [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > innerWidth + 1);
          const e = all[all.length - 1];
          return e ? `${e.tagName}.${e.className} ${e.textContent.slice(0, 60)}` : "unknown";
        }
        """;

    public const string HasTheme = "theme => document.documentElement.dataset.theme === theme";

    /// <summary>Colours halfway between two themes are nobody's; what turns for ever has no end to go to.</summary>
    public const string EndTransitions = """
        () => document.getAnimations().filter(a => a instanceof CSSTransition).forEach(a => a.finish())
        """;

    /// <summary>What has the focus and looks as if it had not: fields show it by their border.</summary>
    public const string FocusWithoutARing = """
        () => {
          const e = document.activeElement;
          const isField = ["INPUT", "SELECT", "TEXTAREA", "BODY"].includes(e.tagName);
          return isField || getComputedStyle(e).outlineStyle !== "none" ? [] : [`${e.tagName} ${e.textContent.trim()}`];
        }
        """;

    /// <summary>Texts below WCAG 2.2's contrast for AA: 4.5:1, or 3:1 where the text is large.</summary>
    public const string Contrast = """
        () => {
          const canvas = document.createElement("canvas");
          canvas.width = canvas.height = 1;
          const pen = canvas.getContext("2d", { willReadFrequently: true });
          const known = new Map();
          const parse = (css) => known.get(css) ?? known.set(css, draw(css)).get(css);
          const draw = (css) => {
            pen.clearRect(0, 0, 1, 1);
            pen.fillStyle = css;
            pen.fillRect(0, 0, 1, 1);
            const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
            return [r, g, b, a / 255];
          };
          const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
          const light = (c) => {
            const [r, g, b] = c.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const ground = (e) => {
            const layers = [];
            for (let at = e; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
            return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
          };
          const found = new Set();
          const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (texts.nextNode()) {
            const text = texts.currentNode.textContent.trim();
            const e = texts.currentNode.parentElement;
            if (!text || ["SCRIPT", "STYLE", "TITLE", "DESC", "NOSCRIPT"].includes(e.tagName.toUpperCase())) continue;
            if (!e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
            if (e.closest("[disabled], [aria-disabled=true], .mud-disabled, .visually-hidden, .skip, option")) continue;
            const style = getComputedStyle(e);
            const below = ground(e);
            const [a, b] = [light(over(parse(style.color), below)), light(below)];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            const size = parseFloat(style.fontSize);
            const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
            if (ratio < (large ? 3 : 4.5)) found.add(`${ratio.toFixed(2)} for "${text.slice(0, 30)}" (${style.color})`);
          }
          return [...found];
        }
        """;
}
