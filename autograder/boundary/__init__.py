"""The boundary between a student's process and the trusted one: only plain data crosses it.

agent/      runs in the student's kernel, and says how values are written as bytes
channel     one request out, one reply back, through two folders or files
standin     what a test cell sees in place of a student's function or value
layers, blueprint, survey, compiling, model
            a Keras model from configuration and weights, built-in layers only
text        strings from the student's side, made fit to be shown
"""
