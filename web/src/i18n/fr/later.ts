/** Textes qui viennent avec la première page ou le premier dialogue chargé à la demande. */
import forms from './forms';
import newVm from './newVm';

export default { ...forms, ...newVm };
