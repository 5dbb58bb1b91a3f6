"""The comparison of reasoners asks what the cases say, of ours and of the one that we build with."""

from __future__ import annotations

from bench.reasoning import peers, worlds


def test_ours_and_hermit_answer_the_questions_of_a_case() -> None:
    told = next(world for world in worlds.of_cases() if world.name == "told-subclasses")
    follows = [question.follows for question in told.questions]
    for name in ("ours", "owlready2 HermiT"):
        found = peers.PEERS[name](told)
        assert found.consistent is True
        assert list(found.answers) == follows
    assert {True, False} <= set(follows)
