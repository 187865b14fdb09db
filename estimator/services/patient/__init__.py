"""The estimate as a patient reads it: the same figures, in plain words, in two languages."""

from estimator.services.patient.answer import PatientAnswer, patient_answer
from estimator.services.patient.words import Said, Words, words_in

__all__ = ["PatientAnswer", "Said", "Words", "patient_answer", "words_in"]
