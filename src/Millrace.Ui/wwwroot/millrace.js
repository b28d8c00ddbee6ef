// The few things that only a browser can do: the theme, the clipboard, and a reload when the server is back.
(() => {
  const key = "millrace-theme";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const current = () => chosen() ?? (dark.matches ? "dark" : "light");
  const show = () => (document.documentElement.dataset.theme = current());

  show();
  dark.addEventListener("change", show);
  addEventListener("storage", show);

  window.millrace = {
    toggleTheme() {
      const next = current() === "dark" ? "light" : "dark";
      const system = dark.matches ? "dark" : "light";
      // Back on the system's own theme, follow it again.
      next === system ? localStorage.removeItem(key) : localStorage.setItem(key, next);
      show();
    },
    async copy(text) {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch {
        return false;
      }
    },
  };

  addEventListener("click", (e) => {
    if (e.target instanceof Element && e.target.closest("[data-reload]")) location.reload();
    if (e.target instanceof Element && e.target.closest("[data-theme-toggle]")) window.millrace.toggleTheme();
  });
})();
