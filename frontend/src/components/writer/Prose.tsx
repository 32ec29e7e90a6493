// Text of an article as HTML that the server has made safe: no scripts, styles or odd addresses.
// Nothing but answers of the API's HTML addresses may be given to it.
import classes from './Prose.module.css';

interface ProseProps {
  html: string;
  label: string;
}

export function Prose({ html, label }: ProseProps) {
  return (
    <article
      aria-label={label}
      className={classes.prose}
      // biome-ignore lint/security/noDangerouslySetInnerHtml: sanitised by the server, see above
      dangerouslySetInnerHTML={{ __html: html }}
    />
  );
}
