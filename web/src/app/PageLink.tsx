/** Ways to the pages of `pages.ts`. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';

type Search = Readonly<Record<string, string | undefined>>;

interface PageLinkProps {
	to: `/${string}`;
	search?: Search;
	className?: string;
	children?: ReactNode;
}

export function PageLink({ to, search = {}, ...props }: PageLinkProps) {
	// The addresses of the table are not known to the types of the router.
	return <Link search={search as never} to={to as never} {...props} />;
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
