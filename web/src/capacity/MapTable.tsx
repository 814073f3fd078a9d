/** The same as the map, as a table. */
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Bar } from '../ui/Bar';
import { formatPercent } from '../ui/format';
import css from './MapTable.module.css';
import { type MapProps, nameOf } from './TreeMap';
import type { Node } from './treemap';

const SHOWN = 500;

export function MapTable({ node, text, onOpen }: MapProps) {
	const { t } = useTranslation();
	const rows = [...(node.children ?? [])]
		.filter(({ kind, value }) => kind !== 'free' && value > 0)
		.sort((a, b) => Number(a.kind === 'rest') - Number(b.kind === 'rest') || b.value - a.value);
	const total = node.size ?? node.value;
	const hasSize = rows.some(({ size }) => size !== undefined);
	return (
		<div className={css.scroll}>
			<table className={css.table}>
				<caption>{t('capacity.mapOf', { name: node.name })}</caption>
				<thead>
					<tr>
						<th scope="col">{t('column.name')}</th>
						<th scope="col">{t('capacity.used')}</th>
						{hasSize && <th scope="col">{t('capacity.size')}</th>}
						{hasSize && <th scope="col">{t('capacity.fullness')}</th>}
						<th scope="col">{t('capacity.share', { name: node.name })}</th>
					</tr>
				</thead>
				<tbody>
					{rows.slice(0, SHOWN).map((row) => (
						<tr key={row.id}>
							<th scope="row">
								<Name node={row} onOpen={onOpen} />
							</th>
							<td>{text(row.value)}</td>
							{hasSize && <td>{row.size !== undefined && text(row.size)}</td>}
							{hasSize && (
								<td>
									{row.size !== undefined && row.size > 0 && (
										<span className={css.share}>
											<Bar share={row.value / row.size} /> {formatPercent(row.value / row.size)}
										</span>
									)}
								</td>
							)}
							<td>{total > 0 && formatPercent(row.value / total)}</td>
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}

function Name({ node, onOpen }: { node: Node; onOpen: (id: string) => void }) {
	const { kind, id } = node;
	const name = nameOf(node);
	if (kind === 'rest') return name;
	if (kind === 'vm' || kind === 'disk') {
		return (
			<Link params={{ list: kind === 'vm' ? 'vms' : 'vdis', id }} search={{}} to="/$list/$id">
				{name}
			</Link>
		);
	}
	return (
		<button className={css.open} onClick={() => onOpen(id)} type="button">
			{name}
		</button>
	);
}
