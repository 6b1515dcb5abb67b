"""CASE 1.1: frameworks for other systems, and other systems' frameworks for us.

1EdTech Competencies and Academic Standards Exchange, https://www.imsglobal.org/spec/CASE/v1p1
"""
