// The row that is open stands in the address, so that a link can lead to it.
import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';

export function useOpenRow() {
  const [params, setParams] = useSearchParams();
  const change = (id: string | null) =>
    setParams((now) => {
      const next = new URLSearchParams(now);
      if (id) next.set('id', id);
      else next.delete('id');
      return next;
    });
  return { id: params.get('id'), open: (id: string) => change(id), close: () => change(null) };
}

/** The name of a row in its table. By keyboard a row is opened with Enter. */
export function RowLink({ id, children }: { id: string; children: ReactNode }) {
  const [params] = useSearchParams();
  const to = new URLSearchParams(params);
  to.set('id', id);
  return (
    <Anchor component={Link} to={`?${to}`} tabIndex={-1} c="inherit" size="sm" fw={500}>
      {children}
    </Anchor>
  );
}
