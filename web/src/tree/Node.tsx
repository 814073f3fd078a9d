import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NounId } from '../list/noun';
import { formatNumber } from '../ui/format';
import { DownIcon, type Icon, RightIcon } from '../ui/icons';
import css from './Tree.module.css';

interface NodeProps {
	name: string;
	icon: Icon;
	/** The list it leads to, and what that shows. */
	list: NounId;
	search: { s?: string; id?: string };
	count?: number;
	/** What is below it; made when it is opened. */
	children?: () => ReactNode;
	open?: boolean;
}

/** One line of a tree, with what is below it. */
export function Node({ name, icon: NodeIcon, list, search, count, children, open: first = false }: NodeProps) {
	const { t } = useTranslation();
	const [open, setOpen] = useState(first);
	return (
		<li className={css.node}>
			<div className={css.line}>
				{children === undefined ? (
					<span className={css.noToggle} />
				) : (
					<button
						aria-expanded={open}
						aria-label={t(open ? 'tree.close' : 'tree.open', { name })}
						className={css.toggle}
						onClick={() => setOpen(!open)}
						type="button"
					>
						{open ? <DownIcon size={14} /> : <RightIcon size={14} />}
					</button>
				)}
				<Link className={css.link} params={{ list }} search={search} title={name} to="/$list">
					<NodeIcon size={15} />
					<span>{name}</span>
					{count !== undefined && <small>{formatNumber(count)}</small>}
				</Link>
			</div>
			{open && children !== undefined && <ul>{children()}</ul>}
		</li>
	);
}
