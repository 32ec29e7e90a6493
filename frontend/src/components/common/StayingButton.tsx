// The element of every button. While it is loading it cannot be pressed, but keeps the focus:
// a disabled element would lose it, and who works by keyboard would begin at the top again.
import type { ComponentProps, MouseEvent } from 'react';

type StayingButtonProps = ComponentProps<'button'> & { 'data-loading'?: boolean };

const ignore = (event: MouseEvent) => event.preventDefault();

export function StayingButton({ type = 'button', ...rest }: StayingButtonProps) {
  const { disabled: _, ...loading } = rest;
  if (!rest['data-loading']) return <button type={type} {...rest} />;
  return <button type={type} {...loading} aria-disabled onClick={ignore} />;
}
