/** Shows a button that makes a change. Users without permission can still focus the button and see the reason. */
import { type ComponentProps, type MouseEvent, useId, useRef } from "react";
import { usePage } from "./page-context.ts";

interface Props extends Omit<ComponentProps<"button">, "disabled" | "title" | "aria-disabled" | "aria-describedby"> {
  /** The request is running. */
  busy?: boolean;
  /** The reason why the button cannot be used now, independent of the user's role. */
  why?: string | undefined;
}

export function ActionButton({ busy = false, why, type = "button", onClick, ...button }: Props) {
  const { refusal } = usePage();
  const id = useId();
  const place = useRef<HTMLSpanElement>(null);
  const tip = useRef<HTMLSpanElement>(null);
  const reason = refusal ?? why;

  const show = () => {
    const from = place.current?.getBoundingClientRect();
    if (!from || !tip.current) return;
    tip.current.showPopover();
    const { width, height } = tip.current.getBoundingClientRect();
    // The tooltip touches the button, so that the pointer can move from the button to the tooltip.
    tip.current.style.left = `${Math.max(8, Math.min(from.left, innerWidth - width - 8))}px`;
    tip.current.style.top = `${from.bottom + height > innerHeight ? from.top - height : from.bottom}px`;
  };
  const hide = () => tip.current?.hidePopover();
  const click = (event: MouseEvent<HTMLButtonElement>) => {
    // A press of Enter in a form field also calls this click handler.
    if (reason !== undefined || busy) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <span
      ref={place}
      className="action"
      {...(reason !== undefined && {
        onPointerEnter: show,
        onPointerLeave: hide,
        onFocus: show,
        onBlur: hide,
        onKeyDown: ({ key }) => key === "Escape" && hide(),
      })}
    >
      <button
        {...button}
        type={type}
        aria-disabled={reason !== undefined || busy || undefined}
        aria-describedby={reason === undefined ? undefined : id}
        onClick={click}
      />
      {reason !== undefined && (
        <span ref={tip} id={id} popover="manual" role="tooltip" className="tip">
          {reason}
        </span>
      )}
    </span>
  );
}
