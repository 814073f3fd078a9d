import type { PowerState } from '../api/objects';
import { usePaced } from '../live/hooks';
import type { Store } from '../live/store';
import { formatNumber } from '../ui/format';
import { readTerm, withTerm } from './facets';
import css from './StateFacets.module.css';
import { StateIcon } from './state';

const STATES: readonly PowerState[] = ['Running', 'Halted', 'Suspended', 'Paused'];

/** How many VMs are in each state; a click asks the filter for one of them. */
export function StateFacets({ text, onChange }: { text: string; onChange: (text: string) => void }) {
	const counts = usePaced('VM', countStates);
	const chosen = readTerm(text, 'power_state')?.toLowerCase();
	return (
		<ul aria-label="By power state" className={css.facets}>
			{STATES.filter((state) => (counts.get(state) ?? 0) > 0 || chosen === state.toLowerCase()).map((state) => {
				const value = state.toLowerCase();
				return (
					<li key={state}>
						<button
							aria-pressed={chosen === value}
							onClick={() => onChange(withTerm(text, 'power_state', chosen === value ? undefined : value))}
							type="button"
						>
							<StateIcon busy={false} state={state} />
							{state} <span>{formatNumber(counts.get(state) ?? 0)}</span>
						</button>
					</li>
				);
			})}
		</ul>
	);
}

function countStates(store: Store): Map<PowerState, number> {
	const counts = new Map<PowerState, number>();
	for (const vm of store.all('VM').values()) counts.set(vm.power_state, (counts.get(vm.power_state) ?? 0) + 1);
	return counts;
}
