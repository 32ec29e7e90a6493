// What can be done with articles and images beyond changing a row.
import { api, ask, ProblemError, type Schemas } from './client';
import { newKey } from './idempotency';

export type Article = Schemas['Content'];
export type Way = 'approve' | 'publish' | 'archive' | 'draft';
export type Format = Schemas['ExportContent']['format'];

export const FORMATS: Record<Format, string> = { markdown: 'Markdown', html: 'HTML', json: 'JSON' };

const of = (content_id: string) => ({ params: { path: { content_id } } });

/** Moves an article on its editorial way, if it still has this version. */
export function moveArticle(id: string, version: number, way: Way): Promise<Article> {
  const init = { ...of(id), body: { version } };
  if (way === 'approve') return ask(api.POST('/api/v1/content/{content_id}/approve', init));
  if (way === 'publish') return ask(api.POST('/api/v1/content/{content_id}/publish', init));
  if (way === 'archive') return ask(api.POST('/api/v1/content/{content_id}/archive', init));
  return ask(api.POST('/api/v1/content/{content_id}/draft', init));
}

/** The article as HTML that is safe to show, its images in their places. */
export async function articleHtml(id: string): Promise<string> {
  return (await ask(api.GET('/api/v1/content/{content_id}/html', of(id)))).html;
}

/** Markdown as HTML that is safe to show. */
export async function previewHtml(body: string, signal: AbortSignal): Promise<string> {
  return (await ask(api.POST('/api/v1/content/preview', { body: { body }, signal }))).html;
}

/** Where one article can be downloaded. */
export function exportAddress(id: string, format: Format): string {
  return `/api/v1/content/${id}/export?format=${format}`;
}

/** A ZIP file with the articles, their images and a list of all. */
export async function exportMany(ids: string[], format: Format): Promise<Blob> {
  const answer = await api.POST('/api/v1/content/export', {
    body: { ids, format },
    parseAs: 'blob',
  });
  return (await ask(Promise.resolve(answer as never))) as Blob;
}

/** Draws an image anew; its file stays until the new one is there. */
export function regenerate(image_id: string): Promise<Schemas['Run']> {
  const headers = { 'Idempotency-Key': newKey() };
  const params = { path: { image_id } };
  return ask(api.POST('/api/v1/images/{image_id}/regenerate', { params, headers }));
}

/** The server's words for a failure, with what to do next where it says so. */
export function reason(error: Error): string {
  if (!(error instanceof ProblemError)) return error.message;
  return [error.problem.detail, error.problem.hint].filter(Boolean).join(' ');
}
