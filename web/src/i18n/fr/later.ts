/** Textes qui viennent avec la première page ou le premier dialogue chargé à la demande. */
import activity from './activity';
import admin from './admin';
import capacity from './capacity';
import columns from './columns';
import console from './console';
import disk from './disk';
import empty from './empty';
import errors from './errors';
import forms from './forms';
import help from './help';
import hostPage from './hostPage';
import imports from './import';
import networking from './networking';
import newVm from './newVm';
import nouns from './nouns';
import overview from './overview';
import poolPage from './poolPage';
import rename from './rename';
import rolling from './rolling';
import stats from './stats';
import storage from './storage';
import vmConfig from './vmConfig';
import vmFlows from './vmFlows';

export default {
	...activity,
	...admin,
	...capacity,
	...columns,
	...console,
	...disk,
	...empty,
	...errors,
	...forms,
	...help,
	...hostPage,
	...imports,
	...networking,
	...newVm,
	...nouns,
	...overview,
	...poolPage,
	...rename,
	...rolling,
	...stats,
	...storage,
	...vmConfig,
	...vmFlows,
};
