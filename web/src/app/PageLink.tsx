/** Ways to the pages of `pages.ts`. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ComponentPropsWithRef, useCallback } from 'react';

type Search = Readonly<Record<string, string | undefined>>;

interface PageLinkProps extends Omit<ComponentPropsWithRef<'a'>, 'href'> {
	to: `/${string}`;
	search?: Search;
	/** Whether it leads to where one is. */
	current?: boolean;
}

export function PageLink({ to, search = {}, current, ...props }: PageLinkProps) {
	// The addresses of the table are not known to the types of the router.
	const marked = current === undefined ? {} : ({ 'aria-current': current ? 'page' : undefined } as const);
	return <Link search={search as never} to={to as never} {...marked} {...props} />;
}

/** Opens a page. */
export function useOpenPage(): (to: `/${string}`, search?: Search) => void {
	const navigate = useNavigate();
	return (to, search = {}) => void navigate({ to, search } as never);
}

/** The search parameters of the page. */
export function usePageSearch(): Search {
	return useSearch({ strict: false }) as Search;
}

/** Changes some search parameters of the page; `push` leaves a step back to what they were. */
export function useChangeSearch(): (next: Search, push?: boolean) => void {
	const navigate = useNavigate();
	return useCallback(
		(next, push = false) =>
			void navigate({ to: '.', search: (before: Search) => ({ ...before, ...next }), replace: !push } as never),
		[navigate],
	);
}
