"""The rules of our reasoner, one short function each, named as in the literature.

eq-, prp-, cls-, cax-, scm- and dt- are the rules of OWL 2 RL (OWL 2 Profiles, section 4.3, tables 4
to 9), or are named after their nearest kin there; cr- are the completion rules of EL++ (Baader,
Brandt, Lutz: Pushing the EL Envelope, IJCAI 2005, table 2), which reason about classes as RL does
about individuals; npa- are rules of table 5 read from what is denied, each named after its rule;
scm-inv- say of a property what is said of its inverse; kind- are ours. A rule gets what is known
and one new fact, which is among the known, and gives every step in which that fact is a premise.
Premises come in a fixed order, so that a step found twice is one step.

A **class edge** `A P B` is the fact that A is a subclass of ("some", P, B). RL's
expression-to-expression rules (scm-svf1, scm-svf2, scm-hv) act on the edges of a class or
individual, with their scm-sco or cax-sco step folded in, so no subclass axioms between expressions
nobody wrote are made.

Left out because the rules here already give the same: cax-eqc (scm-eqc1, cax-sco), cls-int2
(scm-int, cax-sco), cls-uni (scm-uni, cax-sco).
"""

from kg_service.logic import axioms as ax
from kg_service.logic.axioms import SUBCLASS, TYPE
from kg_service.logic.rules import (
    classes,
    contradictions,
    data,
    denials,
    disjointness,
    equality,
    individuals,
    inverses,
    kinds,
    paths,
)
from kg_service.logic.rules.rule import DENIED, FALSE, PROPERTY, Rule, Step, on, trigger

__all__ = ["FALSE", "RULES", "Rule", "Step", "trigger"]

RULES: dict[str, Rule] = {
    "cax-dw": on(disjointness.cax_dw, TYPE, ax.DISJOINT),
    "cax-sco": on(individuals.cax_sco, TYPE, SUBCLASS),
    "cls-avf": on(individuals.cls_avf, TYPE, PROPERTY, occurring=True),
    "cls-com": on(disjointness.cls_com, TYPE),
    "cls-hv1": on(individuals.cls_hv1, TYPE),
    "cls-hv2": on(individuals.cls_hv2, PROPERTY, occurring=True),
    "cls-int1": on(classes.cls_int1, TYPE, occurring=True),
    "cls-maxqc": on(equality.cls_maxqc, TYPE, PROPERTY, occurring=True),
    "cls-minqc": on(equality.cls_minqc, TYPE, PROPERTY, ax.DIFFERENT, occurring=True),
    "cls-nothing2": on(contradictions.cls_nothing2, TYPE),
    "cls-npa": on(disjointness.cls_npa, DENIED, occurring=True),
    "cls-oo": Rule(equality.cls_oo, "start"),
    "cls-oo1": on(equality.cls_oo1, TYPE),
    "cls-oo2": on(equality.cls_oo2, TYPE, ax.DIFFERENT),
    "cls-svf1": on(individuals.cls_svf1, PROPERTY, TYPE, occurring=True),
    "cls-svf2": on(individuals.cls_svf2, PROPERTY, SUBCLASS, TYPE, occurring=True),
    "cls-uni2": on(disjointness.cls_uni2, TYPE, ax.DISJOINT),
    "cr11": on(paths.cr11, ax.CHAIN, TYPE, SUBCLASS, PROPERTY),
    "cr-avf": on(classes.cr_avf, SUBCLASS, TYPE, occurring=True),
    "cr2": on(classes.cr2, SUBCLASS, occurring=True),
    "cr2-com": on(disjointness.cr2_com, SUBCLASS),
    "cr2-dw": on(disjointness.cr2_dw, ax.DISJOINT, SUBCLASS),
    "cr2-uni": on(disjointness.cr2_uni, SUBCLASS, ax.DISJOINT, occurring=True),
    "cr4": on(classes.cr4, SUBCLASS, TYPE, ax.DOMAIN),
    "cr5": on(classes.cr5, SUBCLASS, TYPE),
    "dt-com": on(data.dt_com, TYPE, PROPERTY, occurring=True),
    "dt-diff": on(data.dt_diff, TYPE, PROPERTY),
    "dt-dw": on(data.dt_dw, TYPE, occurring=True),
    "dt-fp": on(data.dt_fp, TYPE, PROPERTY, occurring=True),
    "dt-hv1": on(data.dt_hv1, TYPE),
    "dt-hv2": on(data.dt_hv2, PROPERTY, occurring=True),
    "dt-not-type": on(data.dt_not_type, PROPERTY, ax.RANGE),
    "dt-rng": on(data.dt_rng, ax.RANGE, ax.SUBPROPERTY, occurring=True),
    "dt-svf": on(data.dt_svf, PROPERTY, occurring=True),
    "eq-diff-sym": on(equality.eq_diff_sym, ax.DIFFERENT),
    "eq-diff1": on(equality.eq_diff1, ax.SAME, ax.DIFFERENT),
    "eq-rep-o": on(equality.eq_rep_o, ax.SAME, ax.DIFFERENT, PROPERTY, DENIED, TYPE, SUBCLASS),
    "eq-rep-s": on(equality.eq_rep_s, ax.SAME, ax.DIFFERENT, PROPERTY, DENIED, TYPE),
    "eq-sym": on(equality.eq_sym, ax.SAME),
    "eq-trans": on(equality.eq_trans, ax.SAME),
    "kind-inheritance": Rule(kinds.kind_inheritance, "default", reads=kinds.inheritance_reads),
    "kind-subtype": on(kinds.kind_subtype, SUBCLASS, TYPE, told=True),
    "npa-asyp": on(denials.npa_asyp, PROPERTY, TYPE),
    "npa-inv1": on(denials.npa_inv1, DENIED, ax.INVERSE),
    "npa-inv2": on(denials.npa_inv2, DENIED, ax.INVERSE),
    "npa-pdw": on(denials.npa_pdw, PROPERTY, ax.DISJOINT_PROPERTY),
    "npa-spo1": on(denials.npa_spo1, DENIED, ax.SUBPROPERTY),
    "npa-symp": on(denials.npa_symp, DENIED, TYPE),
    "prp-asyp": on(contradictions.prp_asyp, PROPERTY, TYPE),
    "prp-dom": on(individuals.prp_dom, PROPERTY, ax.DOMAIN),
    "prp-fp": on(equality.prp_fp, PROPERTY, TYPE),
    "prp-ifp": on(equality.prp_ifp, PROPERTY, TYPE),
    "prp-inv1": on(individuals.prp_inv1, PROPERTY, ax.INVERSE),
    "prp-inv2": on(individuals.prp_inv2, PROPERTY, ax.INVERSE),
    "prp-irp": on(contradictions.prp_irp, PROPERTY, TYPE),
    "prp-key": on(equality.prp_key, PROPERTY, TYPE, ax.KEY),
    "prp-npa1": on(contradictions.prp_npa1, PROPERTY, DENIED),
    "prp-pdw": on(contradictions.prp_pdw, PROPERTY, ax.DISJOINT_PROPERTY),
    "prp-rng": on(individuals.prp_rng, PROPERTY, ax.RANGE),
    "prp-spo1": on(individuals.prp_spo1, PROPERTY, ax.SUBPROPERTY),
    "prp-spo2": on(paths.prp_spo2, ax.CHAIN, PROPERTY),
    "prp-symp": on(individuals.prp_symp, PROPERTY, TYPE),
    "prp-trp": on(individuals.prp_trp, PROPERTY, TYPE),
    "scm-avf": on(classes.scm_avf, SUBCLASS, ax.SUBPROPERTY, occurring=True),
    "scm-card": Rule(equality.scm_card, "start"),
    "scm-card-com": Rule(equality.scm_card_com, "start"),
    "scm-cls": Rule(classes.scm_cls, "start"),
    "scm-com": on(disjointness.scm_com, SUBCLASS, occurring=True),
    "scm-dom2": on(data.scm_dom2, ax.DOMAIN, ax.SUBPROPERTY, occurring=True),
    "scm-dp": on(data.scm_dp, ax.SUBPROPERTY, occurring=True),
    "scm-dt": Rule(data.scm_dt, "start"),
    "scm-dw": on(disjointness.scm_dw, ax.DISJOINT, occurring=True),
    "scm-eqc1": on(classes.scm_eqc1, ax.EQUIVALENT),
    "scm-eqc2": on(classes.scm_eqc2, SUBCLASS),
    "scm-eqp1": on(classes.scm_eqp1, ax.EQUIVALENT_PROPERTY),
    "scm-hv": on(classes.scm_hv, SUBCLASS, TYPE, ax.SUBPROPERTY),
    "scm-int": Rule(classes.scm_int, "start"),
    "scm-inv-chain": on(inverses.scm_inv_chain, ax.CHAIN, ax.INVERSE, TYPE),
    "scm-inv-dom": on(inverses.scm_inv_dom, ax.DOMAIN, ax.INVERSE, TYPE),
    "scm-inv-rng": on(inverses.scm_inv_rng, ax.RANGE, ax.INVERSE, TYPE),
    "scm-inv-trp": on(inverses.scm_inv_trp, TYPE, ax.INVERSE),
    "scm-inv1": on(inverses.scm_inv1, ax.INVERSE, TYPE),
    "scm-inv2": on(inverses.scm_inv2, ax.SUBPROPERTY, ax.INVERSE, TYPE),
    "scm-oo": on(equality.scm_oo, TYPE, occurring=True),
    "scm-oo1": on(equality.scm_oo1, PROPERTY, occurring=True),
    "scm-qc": on(classes.scm_qc, SUBCLASS, ax.SUBPROPERTY, occurring=True),
    "scm-rng": on(classes.scm_rng, SUBCLASS, TYPE, ax.RANGE, ax.SUBPROPERTY, occurring=True),
    "scm-sco": on(classes.scm_sco, SUBCLASS),
    "scm-spo": on(classes.scm_spo, ax.SUBPROPERTY),
    "scm-svf1": on(classes.scm_svf1, SUBCLASS, TYPE, occurring=True),
    "scm-svf2": on(classes.scm_svf2, SUBCLASS, TYPE, ax.SUBPROPERTY),
    "scm-uni": Rule(classes.scm_uni, "start"),
    "scm-uni2": on(disjointness.scm_uni2, SUBCLASS, occurring=True),
}
