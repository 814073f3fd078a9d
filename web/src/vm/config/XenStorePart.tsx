/** Entries of the XenStore that the guest reads below `vm-data`. */
import { useTranslation } from 'react-i18next';
import { Entries } from './Entries';
import type { PartProps } from './VmConfig';

const ABOVE = 'vm-data/';

export function XenStorePart({ vm, set }: PartProps) {
	const { t } = useTranslation();
	const title = t('vmConfig.xenStore');
	const entries = Object.entries(vm.xenStoreData)
		.filter(([name]) => name.startsWith(ABOVE))
		.map(([name, value]) => [name.slice(ABOVE.length), value] as const);
	return (
		<Entries
			entries={entries}
			help={t('vmConfig.xenStoreHelp')}
			onRemove={(name) => set(title, { xenStoreData: { [name]: null } })}
			onSet={(name, value) => set(title, { xenStoreData: { [name]: value } })}
			title={title}
		/>
	);
}
