import { useTranslation } from 'react-i18next';
import type { VM, VmTemplate } from '../../api/objects';
import { type Set as Setter, useSet } from '../../form/Setting';
import { useHeld } from '../../live/Held';
import { useObject } from '../../live/hooks';
import { TagsEditor } from '../../tag/TagsEditor';
import { Scrolled } from '../../ui/Scrolled';
import { AclPart } from './AclPart';
import { BootPart } from './BootPart';
import css from './Config.module.css';
import { CustomFields } from './CustomFields';
import { DevicesPart } from './DevicesPart';
import { HardwarePart } from './HardwarePart';
import { NotesPart } from './NotesPart';
import { ProtectionPart } from './ProtectionPart';
import { ResourcesPart } from './ResourcesPart';
import { XenStorePart } from './XenStorePart';

export interface PartProps {
	vm: VM | VmTemplate;
	set: Setter;
	/** Why what only a halted VM lets be changed cannot be changed now. */
	halt: string | undefined;
}

export function VmConfig({ kind, id }: { kind: 'VM' | 'VM-template'; id: string }) {
	const { t } = useTranslation();
	const { object: vm } = useObject(kind, id);
	const isHeld = useHeld() !== undefined;
	const set = useSet('vm.set', id, vm?.name_label ?? '');
	if (vm === undefined) return null;
	const halt = vm.power_state === 'Halted' ? undefined : t('vmConfig.haltFirst');
	const part = { vm, set, halt };
	return (
		<Scrolled className={css.page}>
			<ResourcesPart {...part} />
			<BootPart {...part} />
			<ProtectionPart {...part} />
			<HardwarePart {...part} />
			{kind === 'VM' && <DevicesPart {...part} />}
			<section className={css.section}>
				<h2>{t('column.tags')}</h2>
				<TagsEditor disabled={isHeld} id={vm.id} onPick={undefined} tags={vm.tags} />
			</section>
			<NotesPart {...part} />
			<CustomFields vm={vm} />
			<XenStorePart {...part} />
			{kind === 'VM' && <AclPart vm={vm} />}
		</Scrolled>
	);
}
