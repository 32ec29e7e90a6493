// Kept by browsers for a year under this name: give it another number when it changes.
// Sets light or dark before the first paint; Mantine keeps the choice under this name.
{
  const kept = localStorage.getItem('mantine-color-scheme-value');
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const auto = dark ? 'dark' : 'light';
  const scheme = kept === 'light' || kept === 'dark' ? kept : auto;
  document.documentElement.setAttribute('data-mantine-color-scheme', scheme);
}
